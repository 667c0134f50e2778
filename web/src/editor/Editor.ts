/**
 * The state of the editor page, as signals, and the few moves that everything else is made of. What a person can do
 * with it is in verbs/ and commands/; how the pointer is read in the tools; how it looks in the canvas.
 */
import { batch, computed, effect, signal } from "@preact/signals-core";
import type { Signal } from "@preact/signals-core";
import { centreOn, fitBox, toImage } from "../geometry/camera";
import { clamp } from "../geometry/points";
import type { PosePrior } from "../geometry/prior";
import { Arrival } from "./arrival";
import { Checks } from "./checklist";
import { Drawing } from "./drawing";
import { Edits } from "./edits";
import { History } from "./history";
import { hits } from "./hit";
import type { Scene } from "./hit";
import { extent, point } from "./instance";
import { Playback } from "./playback";
import { tidyReasons } from "./reasons";
import { RouteList } from "./routes";
import { shownInstances } from "./shown";
import { InstanceStore } from "./store";
import { offeredSwap } from "./swapped";
import { Templates } from "./templates";
import { transformOf } from "./transform";
import { Timeline } from "./timeline";
import type {
  Awaited,
  Camera,
  Conflict,
  Diff,
  EditorCategory,
  EditorHooks,
  EditorInstance,
  EditorMedia,
  EditorRoute,
  EditorSkeleton,
  Gesture,
  Hit,
  JointTask,
  Neighbours,
  Picture,
  Placing,
  Selection,
  Size,
  Steering,
  Tool,
  ToolId,
  ViewOptions,
  XY,
} from "./types";

export interface EditorSetup {
  readonly categories: readonly EditorCategory[];
  readonly tools: (editor: Editor) => readonly Tool[];
  readonly hooks?: EditorHooks;
}

const OPTIONS: ViewOptions = {
  names: false,
  edges: true,
  boxes: true,
  hidden: true,
  tolerance: false,
  crosshair: true,
  othersDimmed: true,
  labels: true,
  masks: true,
  othersHidden: false,
  onlyKeypoint: null,
  loupe: false,
  pixelGrid: true,
  brightness: 1,
  contrast: 1,
  gamma: 1,
  onionSkin: 0,
  lowScore: 0.3,
};

const NOTHING: Selection = { instance: null, keypoint: null, also: [] };

export class Editor {
  readonly categories: ReadonlyMap<string, EditorCategory>;
  readonly hooks: EditorHooks;
  readonly store = new InstanceStore();
  /** Keys and lanes of the videos' tracks. */
  readonly tracks = this.store.tracks;
  readonly history = new History();
  readonly routes = new RouteList();
  readonly edits: Edits;
  readonly drawing = new Drawing();
  readonly playback = new Playback(this);
  readonly timeline = new Timeline(this);
  /** Which labels are here. */
  readonly arrival = new Arrival(this);
  readonly checks: Checks;
  readonly templates = new Templates(this);
  readonly tools: ReadonlyMap<ToolId, Tool>;

  readonly media = signal<EditorMedia | null>(null);
  /** Which media a step leads to; the server tells, since the editor holds one media at a time. */
  readonly neighbours = signal<Neighbours>({ before: null, after: null });
  readonly frame = signal(0);
  /** Somebody drags along the film: pictures of frames on the way are welcome. */
  readonly scrubbing = signal(false);
  readonly picture = signal<Picture | null>(null);
  /** Size of the canvas in CSS pixels; the canvas keeps it. */
  readonly view = signal<Size>({ width: 0, height: 0 });
  readonly camera = signal<Camera>({ scale: 1, x: 0, y: 0 });
  /** The camera is being moved right now: draw quickly rather than well. */
  readonly moving = signal(false);
  readonly options = signal<ViewOptions>(OPTIONS);
  readonly tool = signal<Tool>(undefined as unknown as Tool);
  readonly selection = signal<Selection>(NOTHING);
  readonly hover = signal<Hit | null>(null);
  /** The pointer, in pixels of the picture; null outside the canvas. */
  readonly cursor = signal<XY | null>(null);
  /** The cursor was moved by key last; the pointer takes it back. See verbs/steering.ts. */
  readonly steering = signal<Steering | null>(null);
  /** The last press was a finger's: things are taken hold of from further away. */
  readonly coarse = signal(false);
  /** What a new instance will be. */
  readonly category: Signal<string>;
  readonly placing = signal<Placing | null>(null);
  /** The joint that is followed through all frames, or was the last time. */
  readonly joint = signal<JointTask | null>(null);
  /** The route that the tour is at. */
  readonly routeId = signal<number | null>(null);
  /** A box that is being drawn and is nobody's yet, as two corners. */
  readonly rubber = signal<readonly [XY, XY] | null>(null);
  /** What lies over the page and has the keyboard. */
  readonly dialog = signal<"palette" | "keys" | null>(null);
  /** What a person has to decide before saving goes on. */
  readonly conflict = signal<Conflict | null>(null);
  /** Instances of which somebody said that left and right are as they should be. */
  readonly sidesStand = signal<ReadonlySet<string>>(new Set());
  /** How poses of each category usually look, by its name; empty until the server has told. */
  readonly priors = signal<ReadonlyMap<string, PosePrior>>(new Map());
  /** Boxes that wait for a model's proposal. */
  readonly awaited = signal<readonly Awaited[]>([]);
  /** The line that a lasso has drawn so far, x and y in turn; closed without saying so. */
  readonly lasso = signal<readonly number[] | null>(null);

  /** The frame whose picture is on the screen, so that labels never lie on another frame's picture. */
  readonly shownFrame = computed(() => {
    const picture = this.picture.value;
    return picture && picture.media === this.media.value?.id ? picture.frame : this.frame.value;
  });
  readonly instances = computed(() => {
    const media = this.media.value;
    const shown = this.shownFrame.value;
    return this.store.version.value >= 0 && media && this.arrival.has(shown) ? this.store.at(media.id, shown) : [];
  });
  readonly selected = computed((): EditorInstance | null => {
    const { instance } = this.selection.value;
    return this.store.version.value >= 0 && instance !== null
      ? (this.instances.value.find(({ id }) => id === instance) ?? null)
      : null;
  });
  /** Grips around what is chosen; null while there are none to press. */
  readonly transform = computed(() => transformOf(this));
  readonly route = computed((): EditorRoute | null => {
    return this.routes.list.value.length ? this.routes.get(this.routeId.value) : null;
  });

  /** Left and right of the selected instance look exchanged. */
  readonly swapOffer = computed(() => offeredSwap(this));

  readonly #focus = signal<EditorRoute | null>(null);
  #fitted = true;
  #stop: () => void;

  constructor(setup: EditorSetup) {
    this.categories = new Map(setup.categories.map((category) => [category.name, category]));
    this.hooks = setup.hooks ?? {};
    this.category = signal(setup.categories[0]?.name ?? "");
    this.edits = new Edits(this.store, this.history, this.routes, {
      follow: (wanted, start) => this.templates.follow(wanted, start),
      tidy: (row) => tidyReasons(row, this.skeleton(row)),
      announce: (gesture) => this.hooks.onCommit?.(gesture),
    });
    this.checks = new Checks(this);
    this.tools = new Map(setup.tools(this).map((tool) => [tool.id, tool]));
    const first = this.tools.get("select");
    if (!first) throw new Error("An editor needs a select tool");
    this.tool.value = first;
    const stops = [effect(() => this.#showWanted()), effect(() => this.templates.leave())];
    this.#stop = () => {
      for (const stop of stops) stop();
    };
  }

  dispose(): void {
    this.#stop();
  }

  /** Show a media. History and the instances of other media stay. */
  open(media: EditorMedia, frame = 0): void {
    batch(() => {
      this.edits.commit();
      this.playback.reset();
      this.timeline.reset();
      this.arrival.begin(null, []);
      this.placing.value = null;
      this.picture.value = null;
      this.media.value = media;
      this.frame.value = clamp(frame, 0, media.frames - 1);
      this.selection.value = NOTHING;
      this.hover.value = null;
      this.fit();
    });
  }

  /** Take in what the server sent: a first load, a save that came back, somebody else's change. See Edits. */
  load(instances: Iterable<EditorInstance>, pending: readonly Diff[] = []): void {
    this.edits.applyRemote(instances, pending);
  }

  /** Turn to a frame of the open media; the same track stays selected. */
  goTo(frame: number): void {
    const media = this.media.value;
    const target = media ? clamp(Math.round(frame), 0, media.frames - 1) : this.frame.value;
    if (!media || target === this.frame.value) return;
    batch(() => {
      this.edits.commit();
      const { instance, keypoint, also } = this.selection.value;
      const track = this.store.get(instance)?.track ?? null;
      const same = track === null ? null : this.store.at(media.id, target).find((other) => other.track === track);
      this.frame.value = target;
      this.hover.value = null;
      this.selection.value = same ? { instance: same.id, keypoint, also } : NOTHING;
      if (this.placing.value) this.placing.value = { ...this.placing.value, instance: null, keypoint: 0, visibility: 2 };
    });
  }

  /** Turn to a frame of any media. */
  jump(media: number, frame: number): void {
    if (media === this.media.value?.id) this.goTo(frame);
    else this.hooks.onJump?.(media, frame);
  }

  /** False while picture or labels of the frame are still on their way: nothing may be placed on another frame's. */
  get ready(): boolean {
    return this.media.value !== null && this.shownFrame.value === this.frame.value && this.arrival.has(this.frame.value);
  }

  select(instance: string | null, keypoint: number | null = null, also: readonly number[] = []): void {
    const now = this.selection.value;
    const same = now.instance === instance && now.keypoint === keypoint && !now.also.length && !also.length;
    if (same) return;
    batch(() => {
      this.selection.value = { instance, keypoint, also };
      // Keys mean what was pointed at or chosen last.
      const hit = this.hover.value;
      if (hit?.kind === "point" && (hit.instance !== instance || hit.keypoint !== keypoint)) this.hover.value = null;
    });
  }

  setTool(id: ToolId): void {
    const next = this.tools.get(id);
    if (!next) return;
    batch(() => {
      this.edits.commit();
      this.tool.value.leave?.();
      this.tool.value = next;
      next.enter?.();
    });
  }

  skeleton(instance: EditorInstance | null): EditorSkeleton | null {
    return (instance && this.categories.get(instance.category)?.skeleton) ?? null;
  }

  setOptions(options: Partial<ViewOptions>): void {
    this.options.value = { ...this.options.value, ...options };
  }

  /** Do one whole gesture at once. */
  change(title: string, instances: readonly EditorInstance[], mergeKey: string | null = null): Gesture | null {
    return batch(() => {
      this.begin(title);
      for (const instance of instances) this.edits.preview(instance);
      return this.edits.commit(mergeKey);
    });
  }

  begin(title: string): void {
    const media = this.media.value;
    if (media) this.edits.begin(title, media.id, this.frame.value);
  }

  scene(): Scene {
    return {
      instances: shownInstances(this.instances.value, this.selection.value, this.options.value),
      category: (name) => this.categories.get(name) ?? null,
      selection: this.selection.value,
      options: this.options.value,
      transform: this.transform.value,
      scale: this.camera.value.scale,
      coarse: this.coarse.value,
    };
  }

  /** What lies under a point of the picture, best first. */
  hits(at: XY, radius?: number): Hit[] {
    return hits(this.scene(), at, radius);
  }

  imageAt(screen: XY): XY {
    return toImage(this.camera.value, screen);
  }

  setCamera(camera: Camera): void {
    this.#fitted = false;
    this.camera.value = camera;
  }

  /** Show the whole picture. */
  fit(): void {
    const media = this.media.value;
    const view = this.view.value;
    this.#fitted = true;
    if (media && view.width > 0) this.camera.value = fitBox([0, 0, media.width, media.height], view, 8);
  }

  resize(view: Size): void {
    const old = this.view.value;
    if (old.width === view.width && old.height === view.height) return;
    batch(() => {
      this.view.value = view;
      const { scale, x, y } = this.camera.value;
      if (this.#fitted || old.width === 0) this.fit();
      else this.camera.value = { scale, x: x + (view.width - old.width) / 2, y: y + (view.height - old.height) / 2 };
    });
  }

  /** Go to a route and look at it closely, as soon as its media and its instance are there. */
  showRoute(route: EditorRoute): void {
    batch(() => {
      this.routeId.value = route.id;
      this.jump(route.media, route.frame);
      this.#focus.value = route;
    });
  }

  #showWanted(): void {
    const route = this.#focus.value;
    const ready = this.media.value?.id === route?.media && this.view.value.width > 0 && this.store.version.value >= 0;
    const instance = route && ready ? this.store.get(route.instance) : null;
    if (!route || !instance) return;
    this.#focus.value = null;
    this.goTo(route.frame);
    this.select(instance.id, route.keypoint);
    this.lookAt(instance, route.keypoint);
  }

  /** Zoom in on a point, or on the whole instance. */
  lookAt(instance: EditorInstance, keypoint: number | null): void {
    const box = extent(instance);
    const view = this.view.value;
    if (!box) return;
    const at = keypoint === null ? null : point(instance, keypoint);
    if (!at?.v) {
      this.setCamera(fitBox(box, view, Math.min(view.width, view.height) / 8));
      return;
    }
    // Enough of the body around the point to tell which limb it is.
    const around = Math.max(60, 0.35 * Math.max(box[2], box[3]));
    this.setCamera(centreOn(at, view, clamp(Math.min(view.width, view.height) / (2 * around), 0.05, 12)));
  }

  message(text: string): void {
    this.hooks.onMessage?.(text);
  }
}
