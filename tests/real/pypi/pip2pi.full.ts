import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "../../../bench/support/pypi/python-peers";
import { digestOf } from "../../../lib/content/digest";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { buildIndex } from "../../../lib/pypi/build";
import { planStoredIndex } from "../../../lib/pypi/plan";
import { pypiPlane } from "../../../lib/pypi/plane";
import { sdistOf } from "../../support/pypi/sdist";
import { TestIndex } from "../../support/pypi/upstream";
import { wheelOf } from "../../support/pypi/wheel";

const signal = new AbortController().signal;

test("what pip2pi left is taken over without a download, and its own tree stays as it is", async () => {
  const root = mkdtempSync(join(tmpdir(), "pip2pi-"));
  const upstream = await TestIndex.start();
  try {
    const [old, store] = [join(root, "pypi"), join(root, "store")];
    mkdirSync(old);
    const files = [
      wheelOf("one", "1.0"),
      wheelOf("one", "2.0"),
      wheelOf("Two.Parts", "1.0", { tag: "cp27-cp27mu-linux_x86_64" }),
      sdistOf("three", "1.0"),
    ];
    for (const { filename, bytes } of files) writeFileSync(join(old, filename), bytes);
    // As the LinuxONE site did it.
    python("import sys; from libpip2pi.commands import dir2pi; sys.exit(dir2pi())", old);
    expect(readdirSync(join(old, "simple"))).toContain("one");
    const look = () =>
      readdirSync(old, { recursive: true, encoding: "utf8" }).map((path) => [path, statSync(join(old, path)).mtimeMs]);
    const before = look();
    upstream.offer("one", wheelOf("one", "1.0"), wheelOf("one", "2.0"));
    const lists = { list: "one==1.0\none==2.0\n" };
    const targets = [{ python: "3.11", architecture: "x86_64" as const, glibc: "2.36" }];
    const order = { store, name: "site", upstream: upstream.simple, lists, targets, directory: old };
    expect((await planStoredIndex(order, () => {}, signal)).fetch).toEqual({ files: 0, bytes: 0 });
    const { manifest } = await buildIndex(order, () => {}, signal);
    const content = new ContentStore(store);
    await serve(pypiPlane, content, "site", manifest, null);
    const served = readdirSync(join(store, "served/site/packages"), { recursive: true, encoding: "utf8" });
    for (const { filename, bytes } of files) {
      expect(served.some((path) => path.endsWith(`/${filename}`))).toBe(true);
      expect(await content.size(digestOf(bytes))).toBe(bytes.length);
    }
    // Pages alone: the files of its lists stood there.
    expect(upstream.requests.filter((path) => path.startsWith("/files/"))).toEqual([]);
    expect(look()).toEqual(before);
  } finally {
    await upstream.close();
    rmSync(root, { recursive: true });
  }
}, 120_000);
