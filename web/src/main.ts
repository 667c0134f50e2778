import { mount } from "svelte";
import App from "./views/App.svelte";
import "./views/tokens.css";

const target = document.getElementById("app");
if (target) mount(App, { target });
