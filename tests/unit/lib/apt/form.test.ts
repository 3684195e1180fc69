import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aptPlane } from "../../../../lib/apt/plane";
import { readSummary } from "../../../../lib/apt/summary";
import { observeServed } from "../../../../lib/content/served";
import { ContentStore } from "../../../../lib/content/store";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "form-"));
  for (const each of ["mirrors", "served"]) mkdirSync(join(root, each));
});
afterEach(() => rmSync(root, { recursive: true }));

const digest = `sha256:${"a".repeat(64)}`;
const write = (path: string, value: unknown) => writeFileSync(join(root, path), JSON.stringify(value));

test.each([
  ["earlier states without their day", { manifest: digest, earlier: [digest], suites: [] }, "earlier.0"],
  [
    "a suite without its head",
    { manifest: digest, earlier: [], suites: [{ uri: "http://a", suite: "b" }] },
    "suites.0",
  ],
  ["no object", [], "as a whole"],
])("the record of a mirror in a form of another version is refused in words: %s", async (_what, record, where) => {
  write("mirrors/site.json", record);
  const refusal = readSummary(root, "site");
  await expect(refusal).rejects.toThrow(`${root}/mirrors/site.json has a form this version does not know (${where}`);
  await expect(refusal).rejects.toThrow("Try: the version that wrote it, or without that file: the next up");
});

test("and one that was cut", async () => {
  writeFileSync(join(root, "mirrors/site.json"), '{"manifest":');
  await expect(readSummary(root, "site")).rejects.toThrow("has a form this version does not know (as a whole");
});

test("what else a record says is left as it is", async () => {
  const record = { manifest: digest, earlier: [], suites: [], later: 1 };
  write("mirrors/site.json", record);
  expect(await readSummary(root, "site")).toEqual(record);
});

test("a state whose suites list their packages in another way is refused in words", async () => {
  const store = new ContentStore(root);
  const suite = { uri: "http://a", suite: "b", asked: digest, head: digest, date: "", indexes: [], pool: [] };
  const old = await store.put(Buffer.from(JSON.stringify({ suites: [suite] })));
  await expect(aptPlane.tree(store, [old.digest], {})).rejects.toThrow(
    `the state ${old.digest} of a mirror in ${root} has a form this version does not know (suites.0.pool`,
  );
});

test("so is the record of what is served", async () => {
  write("served/.site.json", { manifest: digest });
  await expect(observeServed(new ContentStore(root), "site")).rejects.toThrow(
    `${root}/served/.site.json has a form this version does not know (generations`,
  );
});
