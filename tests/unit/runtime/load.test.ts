import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { scratchProject } from "../../support/project";

const sources = {
  "index.ts": 'import { word } from "./lib/word";\nexport = { word };',
  "lib/word.ts": 'export const word: string = "first";',
  "lib/host/runner.ts": "export const runner = 1;",
  "providers/index.ts":
    "let runner = '';\nexport const configure = (site: { runner: string }) => { runner = site.runner; };\nexport const get = (kind: string) => [kind, runner].join(' ');",
};
const copied = ["runtime", "package.json", "package-lock.json", "tsconfig.json"];
let project: ReturnType<typeof scratchProject>;

beforeEach(() => {
  project = scratchProject(copied, sources);
});
afterEach(() => project.remove());

const ask = (question: string) => ["-e", `console.log(${question})`];
// Another working directory than the project's: the loader goes by its own place.
const run = (question: string) =>
  execFileSync(process.execPath, ask(question), { cwd: "/", encoding: "utf8", stdio: "pipe" }).trim();
const word = () => `require("${project.root}/runtime/main.cjs").word`;
const caches = () => readdirSync(join(project.root, ".cache")).filter((name) => /^[0-9a-f]{20}$/.test(name));

test("an edited file runs at the very next start, and the old text again after it is put back", () => {
  expect(run(word())).toBe("first");
  project.write("lib/word.ts", 'export const word = "second";');
  expect(run(word())).toBe("second");
  project.write("lib/word.ts", sources["lib/word.ts"]);
  expect(run(word())).toBe("first");
  expect(caches()).toHaveLength(2);
});

test("the provider process gets handlers of the present sources and the path of the runner", () => {
  const answer = run(`require("${project.root}/runtime/provider.cjs").get("host:File")`);
  expect(answer).toMatch(/^host:File .*\/\.cache\/[0-9a-f]{20}\/runner\.cjs$/);
  expect(existsSync(answer.slice("host:File ".length))).toBe(true);
});

test("builds at the same moment all succeed and leave one cache", async () => {
  const results = await Promise.all(
    Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, ask(word()))),
  );
  expect(results.map(({ stdout }) => stdout.trim())).toEqual(Array(4).fill("first"));
  expect(readdirSync(join(project.root, ".cache"))).toHaveLength(1);
});

test("a broken source is named, leaves nothing, and costs nothing once mended", () => {
  project.write("lib/word.ts", "export const word = ;");
  expect(() => run(word())).toThrow(/cannot build index\.ts:\n {2}lib\/word\.ts:1:21/);
  expect(readdirSync(join(project.root, ".cache"))).toEqual([]);
  project.write("lib/word.ts", sources["lib/word.ts"]);
  expect(run(word())).toBe("first");
});

test("a missing entry is named only when asked for", () => {
  const bare = scratchProject(copied, { "index.ts": "export = { word: 1 };" });
  try {
    expect(execFileSync(process.execPath, ask(`require("${bare.root}/runtime/main.cjs").word`)).toString()).toBe("1\n");
    expect(() =>
      execFileSync(process.execPath, ask(`require("${bare.root}/runtime/provider.cjs")`), { stdio: "pipe" }),
    ).toThrow(/providers\/index\.ts does not exist/);
  } finally {
    bare.remove();
  }
});

function aged(name: string, days: number) {
  const path = join(project.root, ".cache", name);
  mkdirSync(path, { recursive: true });
  const at = new Date(Date.now() - days * 24 * 3600 * 1000);
  utimesSync(path, at, at);
}
const named = (digit: string) => digit.repeat(20);

test("a build removes old caches but the newest three, and what a killed build left", () => {
  for (const [digit, days] of Object.entries({ 6: 6, 7: 7, 8: 8, 9: 9 })) aged(named(digit), days);
  aged("new-killed", 20);
  expect(run(word())).toBe("first");
  expect(caches().filter((name) => /^(\d)\1+$/.test(name))).toEqual([named("6"), named("7")]);
  expect(existsSync(join(project.root, ".cache/new-killed"))).toBe(false);
});

test("a cache used within a day stays, however many there are", () => {
  for (const digit of ["1", "2", "3", "4", "5"]) aged(named(digit), 0.5);
  expect(run(word())).toBe("first");
  expect(caches()).toHaveLength(6);
});
