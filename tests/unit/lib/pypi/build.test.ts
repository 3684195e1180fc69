import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../../lib/content/digest";
import { fingerprintOf } from "../../../../lib/content/fingerprint";
import { mend, observeServed, serve } from "../../../../lib/content/served";
import { ContentStore } from "../../../../lib/content/store";
import { buildIndex, type IndexOrder } from "../../../../lib/pypi/build";
import { isAsTaken } from "../../../../lib/pypi/directory";
import { planIndex } from "../../../../lib/pypi/plan";
import { pypiPlane } from "../../../../lib/pypi/plane";
import { buildName } from "../../../../lib/pypi/selection";
import { selfSigned } from "../../../support/certificate";
import { TestIndex } from "../../../support/pypi/upstream";
import { wheelOf } from "../../../support/pypi/wheel";

let upstream: TestIndex;
let root: string;
let store: ContentStore;
beforeEach(async () => {
  upstream = await TestIndex.start();
  root = mkdtempSync(join(tmpdir(), "pypi-"));
  store = new ContentStore(root);
});
afterEach(async () => {
  await upstream.close();
  rmSync(root, { recursive: true });
});

const signal = new AbortController().signal;
const x86 = { python: "3.12", architecture: "x86_64", glibc: "2.36" } as const;
const order = (list: string, more: Partial<IndexOrder> = {}): IndexOrder => ({
  ...{ store: root, name: "site", upstream: upstream.simple, lists: { list }, targets: [x86] },
  ...more,
});
const build = (list: string, more: Partial<IndexOrder> = {}) => buildIndex(order(list, more), () => {}, signal);
const served = (path: string) => join(root, "served/site", path);
const put = async (list: string, more: Partial<IndexOrder> = {}) => {
  const { manifest } = await build(list, more);
  await serve(pypiPlane, store, "site", manifest, null);
  return manifest;
};
const page = (name: string) => JSON.parse(readFileSync(served(`simple/${name}/index.json`), "utf8"));
const sdist = (name: string, version: string) => ({
  filename: `${name}-${version}.tar.gz`,
  bytes: Buffer.from(`sdist of ${name} ${version}`),
});

test("pages say all that the upstream says, and clients resolve by METADATA", async () => {
  const wheel = wheelOf("One", "1.0", { requiresPython: ">=3.9", requires: ["two"] });
  const known = { requiresPython: ">=3.9", uploadTime: "2026-01-01T00:00:00Z", provenance: '{"version":1}' };
  upstream.offer("one", { ...wheel, ...known, yanked: 'broken & "bad"' }, sdist("one", "1.0"));
  await put("One==1.0");
  const metadata = readFileSync(served(`packages/one/${wheel.filename}.metadata`));
  expect(metadata.toString()).toContain("Requires-Dist: two");
  const digest = digestOf(metadata).slice(7);
  expect(page("one")).toEqual({
    meta: { "api-version": "1.3", tracks: [`${upstream.simple}/one/`] },
    ...{ name: "one", versions: ["1.0"] },
    files: [
      {
        filename: wheel.filename,
        url: `../../packages/one/${wheel.filename}`,
        hashes: { sha256: digestOf(wheel.bytes).slice(7) },
        ...{ size: wheel.bytes.length, "upload-time": "2026-01-01T00:00:00Z", "requires-python": ">=3.9" },
        yanked: 'broken & "bad"',
        "core-metadata": { sha256: digest },
        provenance: `../../packages/one/${wheel.filename}.provenance`,
      },
    ],
  });
  const html = readFileSync(served("simple/one/index.html"), "utf8");
  expect(html).toContain('data-yanked="broken &amp; &quot;bad&quot;" data-core-metadata="sha256=');
  expect(html).toContain('data-requires-python="&gt;=3.9"');
  expect(readFileSync(served(`packages/one/${wheel.filename}.provenance`), "utf8")).toBe('{"version":1}');
  expect(readFileSync(served("simple/index.html"), "utf8")).toContain('<a href="one/">one</a>');
});

test("for each target the wheel its pip would take; an sdist only where there is none", async () => {
  const tags = ["cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-manylinux_2_17_aarch64", "cp311-cp311-win_amd64"];
  upstream.offer("one", ...tags.map((tag) => wheelOf("one", "1.0", { tag })), sdist("one", "1.0"));
  upstream.offer("one", wheelOf("one", "2.0"));
  const targets = (["x86_64", "aarch64", "s390x"] as const).map((architecture) => ({ ...x86, architecture }));
  const plan = await planIndex(order("one==1.0", { targets }));
  expect(plan).toMatchObject({ files: 3, missing: [] });
  expect(plan.sdists.map(buildName)).toEqual(["one==1.0: from source on Python 3.12 on s390x"]);
  await put("one==1.0", { targets });
  expect(page("one").files.map(({ filename }: { filename: string }) => filename)).toEqual([
    "one-1.0-cp312-cp312-manylinux_2_17_aarch64.whl",
    "one-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
    "one-1.0.tar.gz",
  ]);
});

test("what exists nowhere is told line by line, and only reported where that is asked for", async () => {
  upstream.offer("one", wheelOf("one", "1.0"), wheelOf("one", "2.0", { tag: "cp27-cp27mu-manylinux1_x86_64" }));
  const list = "one==1.0\none==2.0\none==3.0\npython-apt==1.1.0b1+ubuntu0";
  await expect(build(list)).rejects.toThrow(
    "one==2.0: no file for any target\none==3.0: no file for any target\npython-apt==1.1.0b1+ubuntu0: no project",
  );
  expect(await build(list, { onMissing: "report" })).toMatchObject({ files: 1, missing: 3 });
});

test("what a marker keeps from every target is neither held nor missing", async () => {
  upstream.offer("one", wheelOf("one", "1.0"), wheelOf("one", "2.0"));
  const list = "one==1.0 ; python_version < '3.9'\none==2.0\npywin32==312 ; sys_platform == 'win32'";
  expect(await planIndex(order(list))).toMatchObject({ files: 1, missing: [] });
  expect(upstream.requests).toEqual(["/simple/one/"]);
});

test("the same input gives the same bytes; unchanged, it fetches and writes nothing", async () => {
  for (const name of ["one", "two"]) upstream.offer(name, wheelOf(name, "1.0"), wheelOf(name, "2.0"));
  const first = await put("one==1.0\none==2.0\ntwo==1.0");
  upstream.requests.length = 0;
  expect(await put("two==1.0\none==2.0\none==1.0")).toBe(first);
  expect(upstream.requests.sort()).toEqual(["/simple/one/", "/simple/two/"]);
  const other = mkdtempSync(join(tmpdir(), "pypi-"));
  expect((await build("one==1.0\none==2.0\ntwo==1.0", { store: other })).manifest).toBe(first);
  rmSync(other, { recursive: true });
});

test("pages that were kept and looks that were noted make the same as those just read", async () => {
  upstream.offer("one", wheelOf("one", "1.0", { requiresPython: ">=3.8" }));
  const own = wheelOf("two", "1.0");
  const more = { cache: join(root, "cache"), directory: mkdtempSync(join(tmpdir(), "wheels-")) };
  writeFileSync(join(more.directory, own.filename), own.bytes);
  const { manifest } = await build("one==1.0", more);
  expect((await build("one==1.0", more)).manifest).toBe(manifest);
  rmSync(more.directory, { recursive: true });
});

test("pages are asked for by their tags where there is a cache, and HTML will do", async () => {
  upstream.html = true;
  upstream.offer("one", wheelOf("one", "1.0"));
  const cache = join(root, "cache");
  const plans = [await planIndex(order("one==1.0", { cache })), await planIndex(order("one==1.0", { cache }))];
  expect(plans[1]).toEqual(plans[0]);
  expect(await build("one==1.0", { planned: plans[0]?.selection as never })).toMatchObject({ files: 1 });
});

test("what was planned is what is built, or nothing", async () => {
  upstream.offer("one", wheelOf("one", "1.0"));
  const { selection } = await planIndex(order("one==1.0"));
  upstream.withdraw("one");
  upstream.offer("one", { ...wheelOf("one", "1.0"), yanked: "why not" });
  await expect(build("one==1.0", { planned: selection })).rejects.toThrow("changed since it was planned");
});

test.each([
  ["404", () => upstream.withdraw("two"), /two==1.0: no project/],
  ["a wrong hash", () => offerTwo({ claims: { sha256: "0".repeat(64) } }), /came instead of/],
  ["a wrong length", () => offerTwo({ claims: { size: 3 } }), /more than the 3 bytes/],
  ["METADATA that is not the wheel's", () => offerTwo({ metadata: "0".repeat(64) }), /announces METADATA 0000/],
  [
    "METADATA of another project",
    () => offerTwo({ ...wheelOf("two", "1.0", { metadata: "Name: evil\nVersion: 1.0\n\n" }) }),
    /its METADATA is of evil 1.0/,
  ],
  ["no zip", () => offerTwo({ bytes: Buffer.from("none") }), /cannot be read as a wheel: it is no zip file/],
  ["no METADATA", () => offerTwo({ bytes: Buffer.from(`504b0506${"00".repeat(18)}`, "hex") }), /without METADATA/],
  ["a page of nonsense", () => failing((url) => url === "/simple/two/", "nonsense"), /neither JSON nor HTML/],
])("%s: it is told, and what stood stays", async (_, harm, message) => {
  upstream.offer("one", wheelOf("one", "1.0"));
  upstream.offer("two", wheelOf("two", "1.0"));
  const { manifest } = await build("one==1.0");
  harm();
  await expect(build("one==1.0\ntwo==1.0")).rejects.toThrow(message);
  expect((await build("one==1.0")).manifest).toBe(manifest);
});

function offerTwo(more: object): void {
  upstream.withdraw("two");
  upstream.offer("two", { ...wheelOf("two", "1.0"), ...more });
}
function failing(when: (url: string) => boolean, answer: string): void {
  upstream.fault = ({ url = "" }, response) => {
    if (!when(url)) return false;
    response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" }).end(answer);
    return true;
  };
}

test("a server that stumbles and cuts is asked again", async () => {
  upstream.offer("one", wheelOf("one", "1.0"));
  let faults = 0;
  upstream.fault = ({ url = "" }, response) => {
    if (++faults > 3 || faults === 3) return false;
    if (url.startsWith("/simple")) response.writeHead(503, { "retry-after": "0" }).end();
    else response.destroy();
    return true;
  };
  expect(await build("one==1.0")).toMatchObject({ files: 1 });
  expect(faults).toBeGreaterThan(2);
});

test("hostile file names are none of a project's files", async () => {
  const wheel = wheelOf("one", "1.0");
  const names = ["../../one-1.0.tar.gz", "one-1.0.tar.gz/../x", "two-1.0-py3-none-any.whl", ".one-1.0.tar.gz"];
  upstream.offer("one", ...names.map((filename) => ({ ...wheel, filename })));
  await expect(build("one==1.0")).rejects.toThrow("one==1.0: no file for any target");
});

test("spellings of one name are one project", async () => {
  upstream.offer("zope-interface", wheelOf("zope.interface", "1.0"), wheelOf("Zope_Interface", "2.0"));
  await put("zope.interface==1.0\nZope_Interface==2.0");
  expect(page("zope-interface").versions).toEqual(["1.0", "2.0"]);
});

test("own builds stand beside what comes from upstream; links of pip2pi are passed over", async () => {
  upstream.offer("one", wheelOf("one", "1.0"));
  const directory = mkdtempSync(join(tmpdir(), "wheels-"));
  const own = wheelOf("kolla", "7.0.0.0b3.dev43", { requiresPython: ">=3.8" });
  writeFileSync(join(directory, own.filename), own.bytes);
  mkdirSync(join(directory, "simple/kolla"), { recursive: true });
  symlinkSync(`../../${own.filename}`, join(directory, "simple/kolla", own.filename));
  await put("one==1.0", { directory });
  expect(await isAsTaken(store, "site", directory)).toBe(true);
  expect(page("kolla").files[0]).toMatchObject({ "requires-python": ">=3.8", size: own.bytes.length });
  expect(page("kolla").meta).toEqual({ "api-version": "1.3" });
  writeFileSync(join(directory, own.filename), wheelOf("kolla", "7.0.0.0b3.dev43").bytes);
  expect(await isAsTaken(store, "site", directory)).toBe(false);
  await expect(build("one==1.0", { directory })).rejects.toThrow("Try: another version, or a build number");
  rmSync(directory, { recursive: true });
});

test("a page, METADATA and a wheel that were touched by hand are seen, and made or fetched again", async () => {
  const wheel = wheelOf("one", "1.0");
  upstream.offer("one", wheel);
  const manifest = await put("one==1.0");
  const before = await fingerprintOf(served("").replace(/\/$/, ""));
  for (const path of [
    "simple/one/index.html",
    `packages/one/${wheel.filename}`,
    `packages/one/${wheel.filename}.metadata`,
  ])
    appendFileSync(served(path), "x");
  expect((await observeServed(store, "site"))?.touched).toHaveLength(3);
  expect(await mend(pypiPlane, store, "site", undefined, signal)).toHaveLength(3);
  await serve(pypiPlane, store, "site", manifest, null);
  expect((await observeServed(store, "site"))?.touched).toEqual([]);
  expect((await fingerprintOf(served("").replace(/\/$/, ""))).length).toBe(before.length);
  expect(readFileSync(served(`packages/one/${wheel.filename}`))).toEqual(wheel.bytes);
});

test("an upstream whose certificate a site's own authority signed is read, and files are mended from it, with that alone", async () => {
  const certificate = selfSigned();
  const secure = await TestIndex.start(certificate);
  try {
    const wheel = wheelOf("one", "1.0");
    secure.offer("one", wheel);
    const upstream = { upstream: secure.simple };
    await expect(build("one==1.0", upstream)).rejects.toThrow("self-signed certificate");
    const { manifest } = await build("one==1.0", { ...upstream, ca: certificate.pem });
    await serve(pypiPlane, store, "site", manifest, null);
    appendFileSync(served(`packages/one/${wheel.filename}`), "x");
    await expect(mend(pypiPlane, store, "site", undefined, signal)).rejects.toThrow("self-signed certificate");
    expect(await mend(pypiPlane, store, "site", certificate.pem, signal)).toHaveLength(1);
    await serve(pypiPlane, store, "site", manifest, null);
    expect(readFileSync(served(`packages/one/${wheel.filename}`))).toEqual(wheel.bytes);
  } finally {
    await secure.close();
    certificate.remove();
  }
});

test("states that are no longer kept go, with the files only they name", async () => {
  for (const version of ["1.0", "2.0", "3.0"]) upstream.offer("one", wheelOf("one", version));
  upstream.offer("two", wheelOf("two", "1.0"));
  const stood = [];
  for (const version of ["1.0", "2.0", "3.0"]) stood.push(await build(`one==${version}\ntwo==1.0`, { keep: 1 }));
  expect(stood[2]?.earlier).toMatchObject([{ manifest: stood[1]?.manifest }]);
  const there = await Promise.all(
    ["1.0", "2.0", "3.0"].map((version) => store.size(digestOf(wheelOf("one", version).bytes))),
  );
  expect(there.map((size) => size !== undefined)).toEqual([false, true, true]);
  expect(await store.size(digestOf(wheelOf("two", "1.0").bytes))).toBeDefined();
  // Blobs of two states: manifests, two roots with two pages each, records, pages, METADATA and wheels.
  expect(await store.size(stood[0]?.manifest as never)).toBeUndefined();
});
