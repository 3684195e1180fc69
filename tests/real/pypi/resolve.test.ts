import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planIndex } from "../../../lib/pypi/plan";
import { type ResolveOrder, resolve } from "../../../lib/pypi/resolve";
import { TestIndex } from "../../support/pypi/upstream";
import { wheelOf } from "../../support/pypi/wheel";

let upstream: TestIndex;
let cache: string;
beforeAll(async () => {
  upstream = await TestIndex.start();
  cache = mkdtempSync(join(tmpdir(), "resolve-"));
  const requires = ['lib>=1; python_version < "3.12"', "lib>=2; python_version >= '3.12'", "lib<3"];
  upstream.offer("app", wheelOf("app", "1.0", { requires }));
  upstream.offer("lib", ...["1.0", "2.0", "3.0"].map((version) => wheelOf("lib", version)));
});
afterAll(async () => {
  await upstream.close();
  rmSync(cache, { recursive: true });
});

const order = (requirements: string, constraints?: string): ResolveOrder => ({
  uv: execFileSync("scripts/uv", { cwd: join(__dirname, "../../.."), encoding: "utf8" }).trim(),
  ...{ upstream: upstream.simple, requirements, targets: [{ python: "3.12" }, { python: "3.10" }], cache },
  ...(constraints === undefined ? {} : { constraints }),
});

test("uv makes a lock that is a list of pins; the same question is asked once", async () => {
  const lock = await resolve(order("app"));
  expect(lock).toMatch(/^lib==2\.0 .*\n\s+--hash=sha256:/m);
  const x86 = { python: "3.12", architecture: "x86_64", glibc: "2.36" } as const;
  const plan = await planIndex({ upstream: upstream.simple, lists: { lock }, targets: [x86] });
  expect(plan).toMatchObject({ files: 2, missing: [], sdists: [] });
  upstream.requests.length = 0;
  expect(await resolve(order("app"))).toBe(lock);
  expect(upstream.requests).toEqual([]);
});

test("constraints limit it, and what cannot be is told in uv's words", async () => {
  await expect(resolve(order("app", "lib<1"))).rejects.toThrow(/uv found no set of versions for Python 3\.10.*lib/s);
});
