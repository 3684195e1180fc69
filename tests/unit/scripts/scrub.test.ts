import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { mirror } from "../../../lib/apt/mirror";
import { digestOf } from "../../../lib/content/digest";
import { ContentStore } from "../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive } from "../../support/apt/archive";

let root: string;
let main: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "scrub-"));
  main = join(resolve("."), `node_modules/.scrub-test-${process.pid}.cjs`);
  const options = ["--bundle", "--platform=node", "--format=cjs", "--packages=external", `--outfile=${main}`];
  execFileSync(resolve("node_modules/.bin/esbuild"), ["scripts/scrub.ts", ...options, "--log-level=warning"]);
});
afterAll(() => {
  rmSync(root, { recursive: true });
  rmSync(main);
});

const state = (store: string) =>
  JSON.stringify({
    deployment: {
      resources: [
        { type: "pulumi:pulumi:Stack" },
        {
          type: "pulumi-nodejs:dynamic/apt:Mirror",
          outputs: { host: { kind: "local", name: "keeper" }, store, name: "site" },
        },
      ],
    },
  });

test("the mirrors a state names are read; what cannot be had again is told, and the end is 1", async () => {
  const key = new ArchiveKey();
  const archive = await TestArchive.start();
  const [one, two] = [packageOf("one"), packageOf("two")];
  archive.publish("trixie", [one, two], { key });
  const source = { uri: archive.uri, suite: "trixie", components: ["main"], architectures: ["amd64"], sources: false };
  const suites = [{ ...source, trust: { keyrings: [key.keyring] } }];
  await mirror({ store: root, name: "site", suites }, () => {}, new AbortController().signal);
  key.remove();
  await archive.close();
  const scrub = () => spawnSync(process.execPath, [main, "no-runner", "50"], { input: state(root), encoding: "utf8" });

  expect(scrub()).toMatchObject({ status: 0, stdout: expect.stringMatching(/ on keeper: 5 files, .* read\n$/) });
  const rotten = new ContentStore(root).path(digestOf(two.bytes));
  writeFileSync(rotten, Buffer.from(readFileSync(rotten).toString().replace("two", "twO")));
  expect(scrub()).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/lost: pool\/main\/t\/two\/two_1_amd64\.deb: GET .* failed/),
  });
});

test("a state without content is none of its business", () => {
  const input = JSON.stringify({ deployment: {} });
  const { status, stderr } = spawnSync(process.execPath, [main], { input, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "this stack keeps no content\n" });
});
