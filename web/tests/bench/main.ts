/** What the benchmarks call in this page. */
import { dragging } from "./drag";
import { panZoom } from "./pan_zoom";
import { load } from "./scene";

Object.assign(window, { bench: { ...dragging, ...panZoom, load } });
