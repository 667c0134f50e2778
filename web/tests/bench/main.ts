/** What the benchmarks call in this page. */
import { dragging } from "./drag";
import { painting } from "./paint";
import { panZoom } from "./pan_zoom";
import { load } from "./scene";

Object.assign(window, { bench: { ...dragging, ...painting, ...panZoom, load } });
