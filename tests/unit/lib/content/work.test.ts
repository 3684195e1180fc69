import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ContentStore } from "../../../../lib/content/store";
import { workDirectory, workIn } from "../../../../lib/content/work";

let store: ContentStore;
beforeEach(() => {
  store = new ContentStore(mkdtempSync(join(tmpdir(), "work-")));
});
afterEach(() => rmSync(store.root, { recursive: true }));

const signal = new AbortController().signal;
const left = () => readdirSync(join(store.root, "incoming"));
const work = <T>(run: () => Promise<T>, report: (told: unknown) => void = () => {}) =>
  workIn(store, "site", report, signal, run);
const leave = (name: string) => writeFileSync(join(workDirectory(store, "site"), name), "half");

test("what a failed run left is there for the next, and what a good one left is gone", async () => {
  const failing = work(async () => {
    leave("one.part");
    throw new Error("cut");
  });
  await expect(failing).rejects.toThrow("cut");
  expect(left()).toEqual(["site"]);
  await work(async () => expect(readdirSync(workDirectory(store, "site"))).toEqual(["one.part"]));
  expect(left()).toEqual([]);
});

test("a run that fails with nothing half done leaves no directory", async () => {
  await expect(work(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  expect(left()).toEqual([]);
});

test("runs of one owner go one after the other, and who waits is told", async () => {
  const told: unknown[] = [];
  let at = 0;
  const run = async () => {
    const begun = at++;
    await setTimeout(100);
    expect(at).toBe(begun + 1);
  };
  await Promise.all([1, 2, 3].map(() => work(run, (each) => told.push(each))));
  expect(at).toBe(3);
  expect(told).toContainEqual({ step: `waits for another run of site in ${store.root}` });
  expect(left()).toEqual([]);
});

test("a run that waits can be given up", async () => {
  const giveUp = new AbortController();
  await work(async () => {
    const waiting = workIn(
      store,
      "site",
      () => giveUp.abort(),
      giveUp.signal,
      async () => {},
    );
    await expect(waiting).rejects.toThrow("abort");
  });
});

test("a killed run holds nobody up", async () => {
  mkdirSync(workDirectory(store, "site"), { recursive: true });
  const held = `exec 3<"$1"; flock 3; echo held; exec sleep 60`;
  const holder = spawn("sh", ["-c", held, "sh", workDirectory(store, "site")]);
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  const waits = () => process.kill(holder.pid as number, "SIGKILL");
  expect(await work(async () => "done", waits)).toBe("done");
});

test("what a killed write left goes when it is old enough that nobody writes it any more", async () => {
  mkdirSync(join(store.root, "incoming"));
  const [old, fresh] = ["0aa5be52-6f53-4f7c-9d0e-0b4d8b8d5b10", "1aa5be52-6f53-4f7c-9d0e-0b4d8b8d5b11"].map((name) =>
    join(store.root, "incoming", name),
  ) as [string, string];
  for (const each of [old, fresh]) writeFileSync(each, "half");
  utimesSync(old, 0, 0);
  await work(async () => {});
  expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
});
