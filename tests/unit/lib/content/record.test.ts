import { EventEmitter, once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecord, removeRecord, replace, writeRecord } from "../../../../lib/content/record";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "record-"));
  file = join(directory, "mirror");
});
afterEach(() => rmSync(directory, { recursive: true }));

test("of two writers at once each puts a whole file in place", async () => {
  const [written, goOn] = [new EventEmitter(), new EventEmitter()];
  // Before either begins: which of them comes first is not said.
  const [isWritten, mayGoOn] = [once(written, "done"), once(goOn, "done")];
  const first = replace(
    file,
    async (aside) => {
      writeFileSync(aside, '{"by":"the first"}');
      await isWritten;
    },
    "write",
  );
  const second = replace(
    file,
    async (aside) => {
      writeFileSync(aside, '{"by":');
      written.emit("done");
      await mayGoOn;
      writeFileSync(aside, '{"by":"the second"}');
    },
    "write",
  );
  await first;
  expect(await readRecord(file)).toEqual({ by: "the first" });
  goOn.emit("done");
  await second;
  expect(await readRecord(file)).toEqual({ by: "the second" });
  expect(readdirSync(directory)).toEqual(["mirror"]);
});

test("what a killed writer left goes with the next one, or with the record; that of other records stays", async () => {
  const uuid = "00000000-0000-4000-8000-000000000000";
  const left = (name: string, age: number) => {
    const path = join(directory, `${name}.${uuid}~`);
    writeFileSync(path, "half");
    utimesSync(path, new Date(), Date.now() / 1000 - age);
  };
  left("mirror", 3600);
  left("mirror.selected", 3600);
  await writeRecord(file, {}, "write");
  expect(readdirSync(directory).sort()).toEqual(["mirror", `mirror.selected.${uuid}~`]);
  left("mirror", 0);
  await removeRecord(file);
  expect(readdirSync(directory)).toEqual([`mirror.selected.${uuid}~`]);
});
