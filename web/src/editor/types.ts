/**
 * What the editor is made of. Records are values: nobody writes into an instance or its arrays, an edit makes a
 * new record (editor/instance.ts), so that before and after of a gesture can be kept, compared and sent.
 */
import type { Interpolation } from "../geometry/interpolation";
import type { Box, Camera, Size, XY } from "../geometry/types";

export type { Box, Camera, Size, XY };

/** COCO's numbers: 0 not labelled, 1 labelled but hidden, 2 visible. */
export type Visibility = 0 | 1 | 2;

export interface Point extends XY {
  readonly v: Visibility;
}

/** One object in one frame. */
export interface EditorInstance {
  readonly id: string;
  readonly media: number;
  readonly frame: number;
  readonly category: string;
  readonly track: string | null;
  /** x, y, v per keypoint, flat, in skeleton order; 0, 0, 0 where not labelled. */
  readonly points: Float64Array;
  /** A model's confidence per keypoint; NaN once a person has set the point. */
  readonly scores: Float32Array | null;
  /**
   * On a track with keys: 1 for the points that were fixed in this very frame; the others are computed from the keys
   * before and after. null: the instance stands for itself.
   */
  readonly keyed: Uint8Array | null;
  /** Computed as a whole: its frame has no row. An edit makes one. */
  readonly between?: boolean;
  readonly box: Box | null;
  readonly mask: unknown;
  /** How sure a model was of the instance as a whole. */
  readonly confidence: number | null;
  /** Of the object itself, square pixels, where somebody stated it. */
  readonly area: number | null;
  /** Several objects marked as one. */
  readonly crowd: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The server's counter; 0 means never saved. */
  readonly revision: number;
  readonly deleted: boolean;
}

export type Side = "left" | "right" | "middle";

/** Columns by keypoint, in the order in which points are stored. */
export interface EditorSkeleton {
  readonly names: readonly string[];
  readonly edges: readonly (readonly [number, number])[];
  /** Index of the mirror partner; its own index where there is none. */
  readonly flip: readonly number[];
  readonly sides: readonly Side[];
  readonly colors: readonly (string | null)[];
  readonly groups: readonly string[];
  /** Placement error as a share of the object's scale (COCO's sigma), or null. */
  readonly sigmas: readonly (number | null)[];
  /** Where exactly the landmark lies, in words; "" where the source does not say. */
  readonly where: readonly string[];
}

export interface EditorCategory {
  readonly name: string;
  readonly color: string | null;
  /** null: this category has boxes only. */
  readonly skeleton: EditorSkeleton | null;
}

export interface EditorMedia extends Size {
  readonly id: number;
  readonly kind: "image" | "video";
  readonly name: string;
  /** 1 for an image. */
  readonly frames: number;
  /** Frames a second; 0 for an image. */
  readonly fps: number;
  /** Presentation time of each frame, in seconds; without it they come evenly. */
  readonly times?: readonly number[];
}

/** The picture that is on the screen now, handed in by whoever decodes (image loader, video player). */
export interface Picture {
  readonly media: number;
  readonly frame: number;
  readonly source: CanvasImageSource;
}

/** One instance before and after a gesture. A deletion is `after.deleted`; an undone creation is one too. */
export interface Diff {
  readonly instance: string;
  /** null: it did not exist. */
  readonly before: EditorInstance | null;
  readonly after: EditorInstance;
}

export type RouteState = "open" | "accepted" | "fixed" | "dismissed";

export interface RouteReason {
  readonly kind: string;
  readonly text: string;
  readonly value: number | null;
}

/** A point (or, with keypoint null, an instance) that waits for a person. */
export interface EditorRoute {
  readonly id: number;
  readonly media: number;
  readonly frame: number;
  readonly instance: string;
  readonly keypoint: number | null;
  readonly priority: number;
  readonly reasons: readonly RouteReason[];
  readonly state: RouteState;
}

export interface RouteDiff {
  readonly route: number;
  readonly before: RouteState;
  readonly after: RouteState;
}

/** Everything that one drag, click or key press did; the unit of undo and of the outbox. */
export interface Gesture {
  readonly title: string;
  readonly media: number;
  readonly frame: number;
  readonly diffs: readonly Diff[];
  readonly routes: readonly RouteDiff[];
}

/** Where a model's proposals come from. Refusals are errors whose message a person can read. */
export interface Proposer {
  /** The tool was chosen: make the model ready for this category. */
  readonly ready: (category: string, media: number, frame: number) => Promise<void>;
  readonly propose: (category: string, media: number, frame: number, box: Box) => Promise<Proposal>;
}

export interface Proposal {
  /** x, y, v per keypoint, flat; 0, 0, 0 where the model has nothing to say. */
  readonly points: readonly number[];
  readonly scores: readonly (number | null)[];
}

/** A drawn box whose proposal is on its way. */
export interface Awaited {
  readonly id: string;
  readonly media: number;
  readonly frame: number;
  readonly category: string;
  readonly box: Box;
}

/** Points to carry through a video by what its picture shows, in pixels; `end` is null where a point has none. */
export interface FlowQuestion {
  readonly media: number;
  readonly first: number;
  readonly last: number;
  readonly start: readonly XY[];
  readonly end: readonly (XY | null)[] | null;
}

/** For one frame, each point's place and score; null where it was lost. */
export interface FlowFrame {
  readonly frame: number;
  readonly points: readonly ((XY & { readonly score: number }) | null)[];
}

/** Two people changed the same points or fields; the person here chooses. */
export interface Conflict {
  readonly mine: EditorInstance;
  readonly theirs: EditorInstance;
  /** Keypoints that both set. */
  readonly points: readonly number[];
  /** Other fields that stand against each other, by name. */
  readonly fields: readonly string[];
  /** How many more wait behind this one. */
  readonly more: number;
  readonly resolve: (keep: "mine" | "theirs") => void;
}

export interface EditorHooks {
  readonly proposer?: Proposer;
  /** Ask whoever can decode the video to carry points through it. */
  readonly onFlow?: (question: FlowQuestion) => Promise<readonly FlowFrame[]>;
  /** A gesture is finished (undo and redo count too): keep it and send it. Called once for each. */
  readonly onCommit?: (gesture: Gesture) => void;
  /** Undo or the tour wants a frame of another media: open it with `editor.open`. */
  readonly onJump?: (media: number, frame: number) => void;
  /** Nothing is open any more in this media on that side: where else is, null for nowhere. */
  readonly onOpenWork?: (media: number, step: 1 | -1) => Promise<{ readonly media: number; readonly frame: number } | null>;
  /** Undo or redo is about instances that the page has not got: load them as they are now, deleted ones too. */
  readonly onMissing?: (instances: readonly string[]) => Promise<void>;
  /** Positions between keys are found in another way from now on: keep that with the label set. */
  readonly onInterpolation?: (kind: Interpolation) => void;
  /** Something a person should read ("All doubtful points are done"). */
  readonly onMessage?: (text: string) => void;
}

export interface Selection {
  readonly instance: string | null;
  /** The point that keys speak of first. */
  readonly keypoint: number | null;
  /** More points of the same instance, taken with a lasso or with Shift; never without a `keypoint`. */
  readonly also: readonly number[];
}

/** A place under the cursor; the first of a list is what a press would take. */
export type Hit =
  | { readonly kind: "point"; readonly instance: string; readonly keypoint: number; readonly distance: number }
  | { readonly kind: "transform"; readonly instance: string; readonly grip: TransformGrip; readonly distance: number }
  | { readonly kind: "handle"; readonly instance: string; readonly handle: BoxHandle; readonly distance: number }
  | { readonly kind: "edge"; readonly instance: string; readonly distance: number }
  | { readonly kind: "box"; readonly instance: string; readonly distance: number }
  | { readonly kind: "mask"; readonly instance: string; readonly distance: number };

/** What moves, turns or scales the chosen points, or all of an instance (editor/transform.ts). */
export type TransformGrip = "move" | "rotate" | "nw" | "ne" | "se" | "sw";

export type BoxHandle = "nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w";

/** The placement in hand: which keypoint the next click sets. */
export interface Placing {
  readonly category: string;
  /** null until the first click makes the instance. */
  readonly instance: string | null;
  readonly keypoint: number;
  /** For the next click only; then it is visible again. */
  readonly visibility: 1 | 2;
  /** Why the next point is hidden, where that was said. */
  readonly because?: string | null;
}

/** The cursor is moved by key. */
export interface Steering {
  /** Left, top, right and bottom of where the place that is looked for must lie; null: anywhere. */
  readonly bounds: readonly [number, number, number, number] | null;
}

/** One keypoint that is followed through frames or images. */
export interface JointTask {
  readonly category: string;
  readonly keypoint: number;
  /** Whose it is in a video. */
  readonly track: string | null;
  /** Whose it is in an image; null for the first of its category. */
  readonly instance: string | null;
  /** Frames from one judgement to the next. */
  readonly stride: number;
}

/** A pointer event, already mapped into the picture. */
export interface ToolEvent {
  /** CSS pixels from the canvas's top-left corner. */
  readonly screen: XY;
  /** Pixels of the picture, not rounded. */
  readonly image: XY;
  /** 0 left, 1 middle, 2 right; -1 on a move. */
  readonly button: number;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Control, or Command on a Mac. */
  readonly mod: boolean;
}

export type ToolId =
  | "select" | "place" | "box" | "pan" | "tour" | "template" | "propose" | "polygon" | "brush" | "joint";

/** One way of reading the pointer. A tool holds only what its own press needs. */
export interface Tool {
  readonly id: ToolId;
  /** CSS cursor. */
  cursor(): string;
  /** One line for the status bar: what a press does now. */
  hint(): string;
  enter?(): void;
  leave?(): void;
  pointerDown(event: ToolEvent): void;
  pointerMove(event: ToolEvent): void;
  pointerUp(event: ToolEvent): void;
  /** The press is void (Escape, lost pointer): put everything back. */
  cancel(): void;
}

/** The media before and after the open one in the project; null at its ends. */
export interface Neighbours {
  readonly before: number | null;
  readonly after: number | null;
}

/** What the canvas shows beyond the labels themselves. */
export interface ViewOptions {
  readonly names: boolean;
  readonly edges: boolean;
  readonly boxes: boolean;
  readonly hidden: boolean;
  readonly tolerance: boolean;
  readonly crosshair: boolean;
  readonly othersDimmed: boolean;
  readonly labels: boolean;
  readonly masks: boolean;
  /** Show nothing but the selected instance. */
  readonly othersHidden: boolean;
  /** Show this keypoint of every instance and nothing else; null shows all. */
  readonly onlyKeypoint: number | null;
  readonly loupe: boolean;
  readonly pixelGrid: boolean;
  /** Of the picture, 1 as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly gamma: number;
  /** How many frames before and after shine through. */
  readonly onionSkin: number;
  /** Scores under this are drawn dashed. */
  readonly lowScore: number;
}

export type CommandGroup =
  | "Tools" | "Placing" | "Points" | "Instances" | "Masks" | "Tracks" | "Frames" | "Playback" | "Review" | "View" | "History";

/** Room and verb, "point.hidden". */
export type CommandId =
  | "cancel"
  | `${"tool" | "place" | "joint" | "start" | "point" | "nudge" | "instance" | "mask" | "track" | "frame" | "play" | "media" | "image" | "task" | "route" | "view" | "history" | "page"}.${string}`;

/** One verb; key bindings, palette and cheat sheet are made from the table of these (editor/commands). */
export interface Command<E> {
  readonly id: CommandId;
  readonly title: string;
  readonly group: CommandGroup;
  /** Chords as editor/keymap.ts writes them ("Mod+Z", "Shift+Tab", "1"), unless somebody chose others (editor/ownKeys.ts). */
  readonly keys: readonly string[];
  readonly run: (editor: E) => void;
  readonly enabled: (editor: E) => boolean;
  /** It reaches through the whole film: not before all its labels are here. */
  readonly whole?: boolean;
}
