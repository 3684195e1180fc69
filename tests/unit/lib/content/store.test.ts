import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Digest } from "../../../../lib/content/digest";
import { ContentStore } from "../../../../lib/content/store";

const HELLO: Digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
let root: string;
let store: ContentStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "content-"));
  store = new ContentStore(root);
});
afterEach(() => rm(root, { recursive: true }));

const incoming = () => readdir(join(root, "incoming"));

test("content is found under its digest, from a buffer and from a stream", async () => {
  expect(await store.size(HELLO)).toBeUndefined();
  expect(await store.put(Readable.from([Buffer.from("hel"), Buffer.from("lo")]))).toEqual({ digest: HELLO, size: 5 });
  expect(await store.put(Buffer.from("hello"), HELLO)).toEqual({ digest: HELLO, size: 5 });
  expect(await text(store.open(HELLO))).toBe("hello");
  expect(await incoming()).toEqual([]);
});

test("content of another digest is refused and leaves nothing", async () => {
  await expect(store.put(Buffer.from("hellO"), HELLO)).rejects.toThrow(`not ${HELLO}`);
  expect(await store.digests()).toEqual([]);
  expect(await incoming()).toEqual([]);
});

test("a stream that breaks leaves nothing", async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from("hel");
      throw new Error("cut");
    })(),
  );
  await expect(store.put(broken)).rejects.toThrow("cut");
  expect(await store.digests()).toEqual([]);
  expect(await incoming()).toEqual([]);
});
