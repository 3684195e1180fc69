import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../../lib/content/digest";
import { ContentStore } from "../../../../lib/content/store";
import { sourceFiles, sourceGiveUp, sourceStanding } from "../../../../lib/host/jobs/source";
import { DownloadClient } from "../../../../lib/http/download-client";
import type { WantedFile } from "../../../../lib/source/files";
import { sizeOf } from "../../../../lib/source/size";
import { TestArchive } from "../../../support/apt/archive";

let upstream: TestArchive;
let store: string;
const contents = ["cirros", "key", "tool"].map((name) => Buffer.alloc(100_000, name));
beforeEach(async () => {
  upstream = await TestArchive.start();
  for (const [n, bytes] of contents.entries()) upstream.files.set(`file-${n}`, bytes);
  store = mkdtempSync(join(tmpdir(), "source-files-"));
});
afterEach(async () => {
  await upstream.close();
  rmSync(store, { recursive: true });
});

const file = (n: number, more: Partial<WantedFile> = {}): WantedFile => ({
  ...{ url: `${upstream.uri}/file-${n}`, digest: digestOf(contents[n] as Buffer), path: `images/file-${n}.img` },
  ...more,
});
const run = <I, O>(job: { run(input: I, report: () => void, signal: AbortSignal): Promise<O> }, input: I) =>
  job.run(input, () => {}, new AbortController().signal);
const bring = (...files: WantedFile[]) => run(sourceFiles, { store, name: "site", files });
const look = () => run(sourceStanding, { store, name: "site", source: "files" as const });
const served = (path: string) => join(store, "served/site", path);
const failures = () => join(store, "failures/site.json");

test("files are served under their paths, of one size that was told and one that was asked", async () => {
  await bring(file(0), file(1, { size: 100_000 }));
  for (const n of [0, 1]) expect(readFileSync(served(`images/file-${n}.img`))).toEqual(contents[n]);
  expect(upstream.requests.sort()).toEqual(["file-0", "file-0", "file-1"]);
  expect(await look()).toMatchObject({ touched: [], asked: { files: [file(0), file(1, { size: 100_000 })] } });
  expect(readdirSync(join(store, "incoming"))).toEqual([]);
});

test("what is in the store already is not asked for; what is asked for no more goes with the switch", async () => {
  await bring(file(0), file(1));
  upstream.requests.length = 0;
  await bring(file(1), file(2, { size: 100_000 }));
  expect(upstream.requests).toEqual(["file-2"]);
  expect(readdirSync(served("images"))).toEqual(["file-1.img", "file-2.img"]);
});

test("the files of a state that no client needs any more leave the store", async () => {
  for (const n of [0, 1, 2]) await bring(file(n));
  const there = () => contents.map((bytes) => existsSync(new ContentStore(store).path(digestOf(bytes))));
  expect(there()).toEqual([true, true, true]);
  upstream.files.set("more", Buffer.from("more"));
  await bring({ url: `${upstream.uri}/more`, digest: digestOf("more"), path: "more" });
  expect(there()).toEqual([false, true, true]);
});

test("every failure is told at once, what came is kept, and what was served stays", async () => {
  await bring(file(0));
  upstream.fail({ path: /file-1/, times: 9, status: 404 });
  upstream.fail({ path: /wrong/, times: 9 });
  upstream.files.set("wrong", Buffer.from("something else"));
  const wanted = [file(1), file(2), { url: `${upstream.uri}/wrong`, digest: digestOf("right"), path: "wrong" }];
  const error = await bring(...wanted).catch((one: Error) => one.message);
  expect(error).toMatch(/^2 of 3 files could not be had; what is served stays as it is\n/);
  expect(error).toMatch(/images\/file-1\.img: GET http.*\/file-1 failed: 404/);
  expect(error).toMatch(/wrong: GET .* 14 bytes of sha256:\w+ came instead of 14 of sha256:/);
  expect(error).toContain(`${failures()}. Try: `);
  const noted = JSON.parse(readFileSync(failures(), "utf8")) as { failures: { path: string }[] };
  expect(noted.failures.map(({ path }) => path)).toEqual(["images/file-1.img", "wrong"]);
  expect(readdirSync(served("images"))).toEqual(["file-0.img"]);
  upstream.faults.length = 0;
  upstream.files.set("wrong", Buffer.from("right"));
  upstream.requests.length = 0;
  await bring(...wanted);
  expect(upstream.requests).not.toContain("file-2");
  expect(existsSync(failures())).toBe(false);
});

test("a download that was cut goes on where it ended; a server that is ill for a moment is asked again", async () => {
  upstream.fail({ path: /file-0/, cutAfter: 60_000 });
  upstream.fail({ path: /file-1/, status: 500 });
  await bring(file(0, { size: 100_000 }), file(1));
  expect(readFileSync(served("images/file-0.img"))).toEqual(contents[0]);
  expect(upstream.bytesSent).toBeLessThanOrEqual(100_000 + 2 * 100_000);
});

test("what was cut in one run goes on in the next", async () => {
  upstream.fail({ path: /file-0/, cutAfter: 60_000 });
  upstream.fail({ path: /file-0/, times: 9, status: 403 });
  await expect(bring(file(0, { size: 100_000 }))).rejects.toThrow("403");
  upstream.faults.length = 0;
  upstream.bytesSent = 0;
  await bring(file(0, { size: 100_000 }));
  expect(upstream.bytesSent).toBe(40_000);
});

test("what cannot fit is refused before the first byte", async () => {
  upstream.requests.length = 0;
  await expect(bring(file(0, { size: 2 ** 52 }))).rejects.toThrow(/are to come and .* are free in .*Try: more room/);
  expect(upstream.requests).toEqual([]);
});

test.each([
  ["changed", (path: string) => appendFileSync(path, "x"), 1],
  ["removed", (path: string) => rmSync(path), 0],
  [
    "replaced",
    (path: string) => {
      rmSync(path);
      writeFileSync(path, "x");
    },
    0,
  ],
])("a file that was %s by hand is seen and mended; only bad bytes come again", async (_what, harm, requests) => {
  await bring(file(0, { size: 100_000 }), file(1));
  harm(served("images/file-0.img"));
  expect((await look())?.touched).toEqual(["images/file-0.img"]);
  upstream.requests.length = 0;
  await bring(file(0, { size: 100_000 }), file(1));
  expect(upstream.requests).toHaveLength(requests);
  expect((await look())?.touched).toEqual([]);
  expect(readFileSync(served("images/file-0.img"))).toEqual(contents[0]);
});

test("a manifest that is lost is a difference, and is made again", async () => {
  const manifest = await bring(file(0));
  rmSync(new ContentStore(store).path(manifest));
  expect(await look()).toMatchObject({ asked: {}, manifest });
  expect(await bring(file(0))).toBe(manifest);
  expect(await look()).toMatchObject({ asked: { files: [file(0)] }, touched: [] });
});

test("a name under which something else is served is refused", async () => {
  await bring(file(0));
  const other = run(sourceStanding, { store, name: "site", source: "tree" as const });
  await expect(other).rejects.toThrow(/served\/site holds other content than tree. Try: another name/);
});

test("what is taken away leaves nothing, but for what another name needs", async () => {
  await bring(file(0), file(1));
  await run(sourceFiles, { store, name: "other", files: [file(1)] });
  await run(sourceGiveUp, { store, name: "site", deleteData: true, before: null });
  expect(readdirSync(join(store, "served"))).toEqual([".other.json", "other"]);
  expect(readdirSync(join(store, "pins"))).toEqual(["served%2Fother"]);
  expect(readdirSync(join(store, "blobs/sha256"))).toHaveLength(2);
  await run(sourceGiveUp, { store, name: "site", deleteData: true, before: null });
});

test.each([
  ["by a range", 206, { "content-range": "bytes 0-0/4711", "content-length": "1" }, 4711],
  ["by the length of all", 200, { "content-length": "3" }, 3],
  ["not at all", 200, { "transfer-encoding": "chunked" }, 'Try: give it as "size"'],
])("a size is told %s", async (_how, status, headers, expected) => {
  const server = createServer((_request, response) =>
    response.writeHead(status, headers).end(status === 206 ? "x" : "xxx"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new DownloadClient();
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/f`);
  const size = sizeOf(client, url, new AbortController().signal).catch((error: Error) => error.message);
  expect(await size).toEqual(typeof expected === "number" ? expected : expect.stringContaining(expected));
  await client.close();
  server.close();
});
