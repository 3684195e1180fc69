import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolution } from "../../../plan/resolution";

let root: string;
let files: { preview: string; lock: string };
let answers: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "resolution-"));
  files = { preview: join(root, "plan/dev.json"), lock: join(root, "Pulumi.dev.lock.json") };
  answers = 0;
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(root, { recursive: true });
});

const look = async () => `answer ${++answers}`;
const preview = (question: unknown) => resolution(files, question, true, look);
const update = (question: unknown) => resolution(files, question, false, look);

test("the update carries out what its preview found, once", async () => {
  expect(await preview("a")).toBe("answer 1");
  expect(await update("a")).toBe("answer 1");
  expect(readdirSync(join(root, "plan"))).toEqual([]);
  expect(await update("a")).toBe("answer 2");
});

test("each preview looks anew, and its answer is the owner's to read", async () => {
  await preview("a");
  expect(await preview("a")).toBe("answer 2");
  expect(statSync(files.preview).mode & 0o777).toBe(0o600);
  expect(await update("a")).toBe("answer 2");
});

test("another question than the preview's is looked up, and the preview is used up", async () => {
  await preview("a");
  expect(await update("b")).toBe("answer 2");
  expect(await update("a")).toBe("answer 3");
});

test("a preview of more than an hour ago is not what anybody agreed to", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate"], now: Date.parse("2030-01-01T12:00:00Z") });
  await preview("a");
  jest.setSystemTime(Date.parse("2030-01-01T12:59:00Z"));
  expect(await update("a")).toBe("answer 1");
  await preview("a");
  jest.setSystemTime(Date.parse("2030-01-01T14:00:00Z"));
  expect(await update("a")).toBe("answer 3");
});

test("a lock stands above preview and update, and is left as it is", async () => {
  await preview("a");
  const locked = readFileSync(files.preview);
  writeFileSync(files.lock, locked);
  expect([await preview("a"), await update("a"), await update("a")]).toEqual(["answer 1", "answer 1", "answer 1"]);
  expect(readFileSync(files.lock)).toEqual(locked);
});

test("a lock made for another question is refused, with the command that makes a new one", async () => {
  await preview("a");
  writeFileSync(files.lock, readFileSync(files.preview));
  await expect(update("b")).rejects.toThrow(/lock\.json was made for another.*Try: make lock/);
  expect(answers).toBe(1);
});

test("a resolution that cannot be read is an error, not a new look", async () => {
  await preview("a");
  writeFileSync(files.preview, "{");
  await expect(update("a")).rejects.toThrow(SyntaxError);
});
