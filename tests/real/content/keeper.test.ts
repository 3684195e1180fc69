import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { closeAll } from "../../../lib/host/connect";
import { aptMirror } from "../../contract/kinds/apt-mirror";
import { aptPublished } from "../../contract/kinds/apt-published";
import { pypiIndex } from "../../contract/kinds/pypi-index";
import { pypiPublished } from "../../contract/kinds/pypi-published";
import { sourceFilesKind } from "../../contract/kinds/source-files";
import { DynamicProvider, type Values } from "../../support/dynamic-provider";
import type { KindFixture, MakeFixture } from "../../support/fixture";
import { bundleRunner } from "../../support/runner";
import { type Sshd, startSshd } from "../../support/sshd";
import { ResourceState } from "../../support/state";

jest.setTimeout(120_000);

let sshd: Sshd;
let directory: string;
let runner: string;
let main: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "keeper-"));
  runner = bundleRunner(directory);
  main = resolve(`node_modules/.keeper-test-${process.pid}.cjs`);
  const options = ["--bundle", "--platform=node", "--format=cjs", "--packages=external", "--log-level=warning"];
  execFileSync("node_modules/.bin/esbuild", ["scripts/scrub.ts", ...options, `--outfile=${main}`]);
  sshd = await startSshd();
});
afterAll(async () => {
  await closeAll();
  await sshd.stop();
  rmSync(directory, { recursive: true });
  rmSync(main);
});

/** As a disk does it: every blob but the lists of others has another byte. */
function rot(store: string): number {
  const blobs = join(store, "blobs/sha256");
  const rotten = readdirSync(blobs).filter(
    (name) => !readFileSync(join(blobs, name)).subarray(0, 1).equals(Buffer.from("{")),
  );
  for (const name of rotten) {
    const bytes = readFileSync(join(blobs, name));
    bytes[0] = (bytes[0] as number) ^ 1;
    writeFileSync(join(blobs, name), bytes);
  }
  return rotten.length;
}

interface Kept {
  fixture: KindFixture;
  provider: DynamicProvider;
  state: ResourceState;
  /** These arguments, on the host over SSH. */
  there(args: object): Values;
}

/** Runs with a kind's fixture, whose content is kept by the host over SSH; nothing of it is left there. */
async function keptThere(kind: string, make: MakeFixture, run: (kept: Kept) => Promise<void>): Promise<void> {
  const fixture = make("keeper");
  await fixture.setup();
  const provider = await DynamicProvider.start(kind);
  const state = new ResourceState(fixture.resource.definition, "keeper");
  const there = (args: object) => ({ ...args, host: sshd.connection() });
  try {
    await run({ fixture, provider, state, there });
  } finally {
    await state.destroy(provider);
    await provider.stop();
    expect(await fixture.residue()).toEqual([]);
    await fixture.teardown();
  }
}

test.each([
  ["apt:Mirror", aptMirror],
  ["pypi:Index", pypiIndex],
  ["source:Files", sourceFilesKind],
])("%s on a host over SSH: brought, changed, scrubbed and removed there", (kind, make) =>
  keptThere(kind, make, async ({ fixture, provider, state, there }) => {
    expect(await state.up(provider, there(fixture.args()))).toBe("create");
    expect(await state.up(provider, there(fixture.args()))).toBe("same");
    expect(await state.up(provider, there(fixture.changed()))).toBe("update");

    const store = fixture.args()["store"] as string;
    const rotten = rot(store);
    const outputs = there({ store });
    const input = JSON.stringify({ deployment: { resources: [{ type: `pulumi-nodejs:dynamic/${kind}`, outputs }] } });
    // Not in one call that waits: the upstream answers from this process.
    const scrub = () => {
      const child = spawn(process.execPath, [main, runner, ""], { stdio: ["pipe", "pipe", "inherit"] });
      child.stdin.end(input);
      return text(child.stdout);
    };
    const first = await scrub();
    expect(first).toContain(" on sshd: ");
    expect(first).not.toContain("lost");
    expect(first.match(/ {2}fetched again: /g)).toHaveLength(rotten);
    expect(await scrub()).not.toContain("fetched again");
    expect(await state.up(provider, there(fixture.changed()))).toBe("same");
  }),
);

test.each([
  ["apt:Published", aptPublished],
  ["pypi:Published", pypiPublished],
])("%s on a host over SSH: served, switched, mended after a hand, and removed there", (kind, make) =>
  keptThere(kind, make, async ({ fixture, provider, state, there }) => {
    expect(await state.up(provider, there(fixture.args()))).toBe("create");
    expect(await state.up(provider, there(fixture.changed()))).toBe("update");
    expect(await state.up(provider, there(fixture.args()))).toBe("update");
    expect(await state.up(provider, there(fixture.args()))).toBe("same");
    await fixture.drift();
    await state.refresh(provider);
    expect(await state.up(provider, there(fixture.args()))).toBe("update");
    expect(await state.up(provider, there(fixture.args()))).toBe("same");
  }),
);
