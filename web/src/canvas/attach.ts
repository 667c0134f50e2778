/** The browser's pointer, wheel and keys, handed to the editor. */
import { effect } from "@preact/signals-core";
import { pressKey } from "../editor/commands";
import type { Editor } from "../editor/Editor";
import { PointerInput } from "../editor/input";
import type { RawPointer } from "../editor/input";
import { Pointers } from "../editor/pointers";
import type { HandPointer } from "../editor/pointers";

/** Keys that belong to a focused button or link rather than to the editor. */
const NAVIGATION = new Set(["Tab", "Enter", " ", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

/** Wheel steps come in pixels, lines or pages. */
const WHEEL_UNITS = [1, 16, 400];

/** Listen on `host` (pointer, wheel) and on the window (keys). Returns the way to stop. */
export function attach(editor: Editor, host: HTMLElement): () => void {
  const input = new PointerInput(editor);
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const pointers = new Pointers(editor, input);
  const hand = (event: PointerEvent): HandPointer => {
    const { pointerId, pointerType } = event;
    return { ...raw(event), pointerId, pointerType };
  };
  const raw = (event: MouseEvent): RawPointer => {
    const box = host.getBoundingClientRect();
    const { button, shiftKey, altKey, ctrlKey, metaKey } = event;
    return { x: event.clientX - box.left, y: event.clientY - box.top, button, shiftKey, altKey, ctrlKey, metaKey };
  };

  host.addEventListener("pointerdown", (event) => {
    host.setPointerCapture(event.pointerId);
    host.focus({ preventScroll: true });
    // Middle button: no auto-scroll. Otherwise the browser would start selecting text.
    event.preventDefault();
    pointers.down(hand(event));
  }, options);
  host.addEventListener("pointermove", (event) => pointers.move(hand(event)), options);
  host.addEventListener("pointerup", (event) => pointers.up(hand(event)), options);
  for (const lost of ["pointercancel", "lostpointercapture"] as const) {
    host.addEventListener(lost, (event) => pointers.cancel(hand(event)), options);
  }
  host.addEventListener("pointerleave", () => input.leave(), options);
  host.addEventListener("contextmenu", (event) => event.preventDefault(), options);
  host.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = WHEEL_UNITS[event.deltaMode] ?? 1;
    input.wheel(raw(event), event.deltaX * unit, event.deltaY * unit);
  }, { ...options, passive: false });

  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || !isEditors(event, host)) return;
    if (!pressKey(editor, event)) {
      if (event.key !== " " || event.shiftKey) return;
      input.spaceHeld.value = true;
    }
    event.preventDefault();
  }, options);
  window.addEventListener("keyup", (event) => {
    if (event.key === " " && !event.shiftKey) input.spaceHeld.value = false;
  }, options);
  window.addEventListener("blur", () => {
    input.spaceHeld.value = false;
    pointers.cancelAll();
  }, options);

  const stopCursor = effect(() => {
    const pan = input.spaceHeld.value || editor.tool.value.id === "pan";
    host.style.cursor = input.panning.value ? "grabbing" : pan ? "grab" : editor.tool.value.cursor();
  });
  return () => {
    stop.abort();
    stopCursor();
    pointers.dispose();
    input.dispose();
  };
}

/** Typing in a field is never a command; a focused button keeps the keys that work it. */
function isEditors(event: KeyboardEvent, host: HTMLElement): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement) || target === document.body || host.contains(target)) return true;
  if (target.isContentEditable || target.closest("input, textarea, select, dialog, [role=dialog], [role=menu]")) return false;
  return !NAVIGATION.has(event.key);
}
