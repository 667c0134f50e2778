import { deleteDB } from "idb";
import { expect, test, vi } from "vitest";
import type { Schemas } from "../../src/api/client";
import type { Entry } from "../../src/sync/entries";
import { BrowserStorage, type Storage } from "../../src/sync/storage";
import { answer, ids, kept, move, newDatabase, offline, outbox } from "./boxes";

const nobody = () => Promise.resolve(() => false);

/** Real databases cannot be filled up or made to hang on demand; these only stand in for those two. */
const full: Storage = {
  keep: () => Promise.reject(new DOMException("No room", "QuotaExceededError")),
  adopt: () => Promise.reject(new DOMException("No room", "QuotaExceededError")),
};

function entry(key: string, tab: string, more: Partial<Entry> = {}): Entry {
  return { key, labelSet: 1, tab, diffs: move(key).diffs, routes: [], request: null, ...more };
}

function server() {
  const sent: Schemas["SaveIn"][] = [];
  const state = { up: true };
  const send = (body: Schemas["SaveIn"]) => {
    sent.push(body);
    return state.up ? Promise.resolve(answer(body, 3 + sent.length)) : Promise.reject(offline);
  };
  return { sent, state, send };
}

test("what the browser does not keep is sent all the same", async () => {
  const { sent, send } = server();
  const box = outbox(newDatabase(), send, { storage: full });
  await box.recover(nobody);
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  box.add(move("b"));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent.map(ids)).toEqual([["a"], ["b"]]);
  expect(box.onlyHere.value).toBe(0);
});

test("without a server either, it says that only this page has it, until the server answers", async () => {
  const { state, send } = server();
  state.up = false;
  const box = outbox(newDatabase(), send, { storage: full });
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("offline"));
  expect(box.onlyHere.value).toBe(1);
  box.add(move("b"));
  await vi.waitFor(() => expect(box.onlyHere.value).toBe(2));
  state.up = true;
  box.flush();
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  await vi.waitFor(() => expect(box.onlyHere.value).toBe(0));
});

test("once there is room again everything is kept", async () => {
  const name = newDatabase();
  const real = new BrowserStorage(name);
  let room = false;
  const storage: Storage = {
    keep: (...all) => (room ? real : full).keep(...all),
    adopt: (...all) => real.adopt(...all),
  };
  const box = outbox(name, () => Promise.reject(offline), { storage });
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("offline"));
  expect(await kept(name)).toEqual([]);
  room = true;
  box.add(move("b"));
  await vi.waitFor(() => expect(box.onlyHere.value).toBe(0));
  expect((await kept(name)).map(({ diffs }) => diffs[0]?.instance)).toEqual(["a", "b"]);
});

test("a database that is deleted under the page is made anew with all that is unsent", async () => {
  const name = newDatabase();
  const { sent, state, send } = server();
  state.up = false;
  const box = outbox(name, send);
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("offline"));
  await deleteDB(name);
  box.add(move("b"));
  await vi.waitFor(async () => expect((await kept(name)).some(({ diffs }) => diffs[0]?.instance === "b")).toBe(true));
  expect(box.onlyHere.value).toBe(0);
  state.up = true;
  box.flush();
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(new Set(sent.flatMap(ids))).toEqual(new Set(["a", "b"]));
  await vi.waitFor(async () => expect(await kept(name)).toEqual([]));
});

test("a connection that the browser closed is opened again", async () => {
  const name = newDatabase();
  const opened: IDBDatabase[] = [];
  const open = vi.spyOn(indexedDB, "open").mockImplementation(function (this: IDBFactory, ...all) {
    const request = Object.getPrototypeOf(indexedDB).open.apply(indexedDB, all) as IDBOpenDBRequest;
    request.addEventListener("success", () => opened.push(request.result));
    return request;
  });
  const box = outbox(name, () => Promise.reject(offline));
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("offline"));
  open.mockRestore();
  for (const database of opened) database.close();
  box.add(move("b"));
  await vi.waitFor(async () => expect(await kept(name)).toHaveLength(2));
  expect(box.onlyHere.value).toBe(0);
});

test("a browser without a database leaves a working outbox", async () => {
  vi.stubGlobal("indexedDB", undefined);
  try {
    const { sent, state, send } = server();
    state.up = false;
    const box = outbox(newDatabase(), send);
    await box.recover(nobody);
    box.add(move("a"));
    await vi.waitFor(() => expect(box.state.value).toBe("offline"));
    expect(box.onlyHere.value).toBe(1);
    state.up = true;
    box.flush();
    await vi.waitFor(() => expect(box.state.value).toBe("saved"));
    expect(sent[1]).toEqual(sent[0]);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("a database that never opens holds nothing up for long", async () => {
  const hanging = vi.spyOn(indexedDB, "open").mockImplementation(() => new EventTarget() as IDBOpenDBRequest);
  const { send } = server();
  const name = newDatabase();
  const box = outbox(name, send, { storage: new BrowserStorage(name, 20) });
  await box.recover(nobody);
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  hanging.mockRestore();
});

test("tabs that open at once share out a dead tab's entries, each to one of them", async () => {
  const name = newDatabase();
  await new BrowserStorage(name).keep([entry("1", "dead"), entry("2", "dead", { labelSet: 2 }), entry("3", "open")], []);
  const alive = (tab: string) => tab !== "dead";
  const tabs = ["one", "two", "three"].map((tab) => new BrowserStorage(name).adopt(1, tab, () => Promise.resolve(alive)));
  const adopted = await Promise.all(tabs);
  expect(adopted.flat().map(({ key }) => key)).toEqual(["1"]);
});

test("a tab that opened after the others were asked for is not taken for dead", async () => {
  const name = newDatabase();
  await new BrowserStorage(name).keep([entry("1", "dead")], []);
  const late = await new BrowserStorage(name).adopt(1, "late", async () => {
    // The list of open tabs is made before the other one opens, adopts and begins to send.
    const quick = await new BrowserStorage(name).adopt(1, "quick", nobody);
    expect(quick).toHaveLength(1);
    return () => false;
  });
  expect(late).toEqual([]);
});

test("a tab that wakes up while another one holds its entries leaves them to it", async () => {
  const name = newDatabase();
  const asleep = server();
  const box = outbox(name, asleep.send, { tab: "asleep", patience: 60_000 });
  box.add(move("a"));
  await vi.waitFor(async () => expect(await kept(name)).toHaveLength(1));
  const other = outbox(name, () => Promise.reject(offline), { tab: "awake" });
  await other.recover(nobody);
  box.flush();
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(asleep.sent).toEqual([]);
  expect((await kept(name)).map(({ tab }) => tab)).toEqual(["awake"]);
});

test("numbered entries of an older page are taken up too", async () => {
  const name = newDatabase();
  await new BrowserStorage(name).keep([{ ...entry("1", "old"), key: 7 }, entry("0017", "old")], []);
  const { sent, send } = server();
  const box = outbox(name, send);
  await box.recover(nobody);
  expect(box.pending.map((diff) => diff.instance)).toEqual(["1", "0017"]);
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent).toHaveLength(1);
  await vi.waitFor(async () => expect(await kept(name)).toEqual([]));
});
