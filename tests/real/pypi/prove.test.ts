import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { buildIndex } from "../../../lib/pypi/build";
import { pypiPlane } from "../../../lib/pypi/plane";
import { prove } from "../../../lib/pypi/prove";
import { TestIndex } from "../../support/pypi/upstream";
import { startWeb } from "../../support/pypi/web";
import { wheelOf } from "../../support/pypi/wheel";

const targets = (["x86_64", "aarch64", "s390x"] as const).map((architecture) => ({
  ...{ python: "3.12", architecture, glibc: "2.36" },
}));

test("a set is proven for three architectures on one machine, and each hole is told", async () => {
  const uv = execFileSync("scripts/uv", { cwd: join(__dirname, "../../.."), encoding: "utf8" }).trim();
  const upstream = await TestIndex.start();
  const root = mkdtempSync(join(tmpdir(), "prove-"));
  const tag = (architecture: string) => ({ tag: `cp312-cp312-manylinux_2_17_${architecture}` });
  upstream.offer("fast", ...["x86_64", "s390x"].map((architecture) => wheelOf("fast", "1.0", tag(architecture))));
  upstream.offer("app", wheelOf("app", "1.0", { requires: ["fast", 'rare; platform_machine == "s390x"'] }));
  const lock = "app==1.0\nfast==1.0\n";
  const order = { store: root, name: "wheels", upstream: upstream.simple, lists: { lock }, targets };
  const { manifest } = await buildIndex({ ...order, onMissing: "report" }, () => {}, new AbortController().signal);
  await serve(pypiPlane, new ContentStore(root), "wheels", manifest, null);
  const web = await startWeb(join(root, "served"));
  const holes = await prove({ uv, index: `${web.address}/wheels/simple/`, lists: { lock }, targets });
  // pip is asked for what the lock names alone: that it needs more on s390x, only uv tells of another machine.
  expect(holes).toEqual([
    { target: "Python 3.12 on aarch64", by: "pip", why: expect.stringContaining("fast") },
    { target: "Python 3.12 on aarch64", by: "uv", why: expect.stringContaining("fast") },
    { target: "Python 3.12 on s390x", by: "uv", why: expect.stringContaining("rare") },
  ]);
  await web.close();
  await upstream.close();
  rmSync(root, { recursive: true });
}, 60_000);

test("several versions of a name, and a Python that uv does not know, are asked of pip set by set", async () => {
  const uv = "/nowhere/uv";
  const upstream = await TestIndex.start();
  const old = { tag: "cp27-cp27mu-manylinux1_x86_64" };
  upstream.offer("app", wheelOf("app", "1.0", old), wheelOf("app", "2.0", old));
  const lists = { list: "app==1.0\napp==2.0\napp==3.0\n" };
  const target = { python: "2.7", architecture: "x86_64", glibc: "2.36" } as const;
  const holes = await prove({ uv, index: `${upstream.simple}/`, lists, targets: [target] });
  const why = expect.stringContaining("No matching distribution found for app==3.0");
  expect(holes).toEqual([{ target: "Python 2.7 on x86_64", by: "pip", why }]);
  await upstream.close();
}, 60_000);
