/** An editor with all its tools; a new tool is one more line here. */
import { Editor } from "../editor/Editor";
import type { EditorCategory, EditorHooks, Tool } from "../editor/types";
import { BoxTool } from "./box";
import { BrushTool } from "./brush";
import { JointTool } from "./joint";
import { panTool } from "./pan";
import { PlaceTool } from "./place";
import { PolygonTool } from "./polygon";
import { ProposeTool } from "./propose";
import { SelectTool } from "./select";
import { TemplateTool } from "./template";
import { TourTool } from "./tour";

export function allTools(editor: Editor): Tool[] {
  return [
    new SelectTool(editor),
    new PlaceTool(editor),
    new BoxTool(editor),
    new ProposeTool(editor),
    new TemplateTool(editor),
    new PolygonTool(editor),
    new BrushTool(editor),
    panTool,
    new TourTool(editor),
    new JointTool(editor),
  ];
}

export function createEditor(categories: readonly EditorCategory[], hooks: EditorHooks = {}): Editor {
  return new Editor({ categories, hooks, tools: allTools });
}
