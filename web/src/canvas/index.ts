/** Put an editor on the page. */
import type { Editor } from "../editor/Editor";
import { attach } from "./attach";
import { Renderer } from "./Renderer";

/**
 * Draw `editor` into `host` and let it be worked there. `host` must be positioned, have a size of its own, and a
 * tabindex so that it can take the keyboard. Returns the way to take it down.
 */
export function mount(editor: Editor, host: HTMLElement): () => void {
  const renderer = new Renderer(editor, host);
  const detach = attach(editor, host);
  return () => {
    detach();
    renderer.dispose();
  };
}

export { Renderer } from "./Renderer";
