import type { Editor } from "../Editor";
import type { Command } from "../types";
import { copyForward, copyNearest } from "../verbs/tracks/copy";
import { joinTracks } from "../verbs/tracks/join";
import { deleteKey, insertKey } from "../verbs/tracks/keys";
import { turnInterpolation } from "../verbs/tracks/kind";
import { beginPresence, endPresence } from "../verbs/tracks/presence";
import { propagate } from "../verbs/tracks/propagate";
import { splitTrack } from "../verbs/tracks/split";
import { toKey, toKeyMiddle } from "../verbs/tracks/steps";

const moving = (editor: Editor): boolean => (editor.media.value?.frames ?? 1) > 1;
const tracked = (editor: Editor): boolean => moving(editor) && editor.selected.value?.track != null;

export const trackCommands: readonly Command<Editor>[] = [
  { id: "track.key", title: "Key the selected points, or all, here", group: "Tracks", keys: ["I"], run: insertKey, enabled: tracked, whole: true },
  { id: "track.unkey", title: "Delete the key of the selected points, or all", group: "Tracks", keys: ["Shift+I"], run: deleteKey, enabled: tracked, whole: true },
  { id: "track.previousKey", title: "Previous key", group: "Tracks", keys: ["<"], run: (e) => toKey(e, -1), enabled: moving, whole: true },
  { id: "track.nextKey", title: "Next key", group: "Tracks", keys: [">"], run: (e) => toKey(e, 1), enabled: moving, whole: true },
  { id: "track.middle", title: "Half way between two keys", group: "Tracks", keys: ["M"], run: toKeyMiddle, enabled: moving, whole: true },
  { id: "start.copy", title: "Copy the nearest pose of the track, or of all tracks that are not here", group: "Placing", keys: ["C"], run: copyNearest, enabled: moving, whole: true },
  { id: "track.copyForward", title: "Copy the pose to the next frame", group: "Tracks", keys: ["Alt+C"], run: copyForward, enabled: tracked, whole: true },
  { id: "track.split", title: "Split the track here", group: "Tracks", keys: ["Alt+S"], run: splitTrack, enabled: tracked, whole: true },
  { id: "track.join", title: "Join two tracks", group: "Tracks", keys: ["Alt+M"], run: joinTracks, enabled: tracked, whole: true },
  { id: "track.begin", title: "Presence begins here", group: "Tracks", keys: ["Alt+B"], run: beginPresence, enabled: tracked, whole: true },
  { id: "track.end", title: "Presence ends here", group: "Tracks", keys: ["Alt+E"], run: endPresence, enabled: tracked, whole: true },
  { id: "track.flow", title: "Carry points by optical flow, up to the next keyframe", group: "Tracks", keys: ["Alt+P"], run: (e) => void propagate(e), enabled: tracked, whole: true },
  { id: "track.interpolation", title: "Points between keys: smooth or straight", group: "Tracks", keys: ["Alt+I"], run: turnInterpolation, enabled: moving },
];
