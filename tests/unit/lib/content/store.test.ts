import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { collect } from "../../../../lib/content/collect";
import { canonicalJson, type Digest } from "../../../../lib/content/digest";
import { pin, unpin } from "../../../../lib/content/pins";
import { publish, published } from "../../../../lib/content/publish";
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

test("a pointer is switched, never absent, and only to content that is there", async () => {
  const { digest } = await store.put(Buffer.from("one"));
  const { digest: two } = await store.put(Buffer.from("two"));
  await publish(store, "suite/bookworm", digest);
  await publish(store, "suite/bookworm", two);
  expect(await published(store, "suite/bookworm")).toBe(two);
  expect(await published(store, "suite/trixie")).toBeUndefined();
  await expect(publish(store, "suite/bookworm", HELLO)).rejects.toThrow("not in the store");
  expect(await published(store, "suite/bookworm")).toBe(two);
});

test("a collector keeps what any owner pins or a pointer publishes", async () => {
  const [one, two, three, four] = await Promise.all(
    ["one", "two", "three", "four"].map((x) => store.put(Buffer.from(x))),
  );
  await pin(store, "stack/dev", [one?.digest as Digest]);
  await pin(store, "release/2026.1", [two?.digest as Digest]);
  await publish(store, "current", three?.digest as Digest);
  expect(await collect(store)).toEqual({ removed: 1, bytes: 4 });
  expect(await store.size(four?.digest as Digest)).toBeUndefined();
  await unpin(store, "release/2026.1");
  expect(await collect(store)).toEqual({ removed: 1, bytes: 3 });
  expect((await store.digests()).sort()).toEqual([one?.digest, three?.digest].sort());
});

test("a store that nobody claims is not emptied", async () => {
  await store.put(Buffer.from("one"));
  await expect(collect(store)).rejects.toThrow("refusing to remove all 1 objects");
  expect(await store.digests()).toHaveLength(1);
});

test("a collector keeps all that a pinned manifest names, through the manifests it names", async () => {
  const [far, near, idle] = [await store.put(Buffer.from("far")), await store.put(Buffer.from("near")), HELLO];
  await store.put(Buffer.from("hello"));
  const list = await store.put(canonicalJson({ files: [{ digest: far.digest }] }));
  const top = await store.put(canonicalJson({ head: { digest: near.digest }, pool: { manifest: list.digest } }));
  await pin(store, "mirror/site", [top.digest]);
  expect(await collect(store)).toMatchObject({ removed: 1 });
  expect((await store.digests()).sort()).toEqual([far, near, list, top].map(({ digest }) => digest).sort());
  expect(await store.size(idle)).toBeUndefined();
});
