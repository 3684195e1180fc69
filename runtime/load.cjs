// Runs our TypeScript without a build step that can be forgotten: the sources are hashed at every start, and bundles
// made from exactly these sources are loaded from .cache/<hash>/, or built there first (about 0.2 s).
"use strict";
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const cache = join(root, ".cache");
const SOURCES = ["index.ts", "config.ts", "config", "plan", "components", "providers", "lib"];
const SETTINGS = ["package.json", "package-lock.json", "tsconfig.json", "runtime/load.cjs"];
const DAY = 24 * 3600 * 1000;

/** What is built: the program, the resource providers, and the job runner shipped to hosts as one file. */
const ENTRIES = {
  // Packages stay in node_modules: bundled, their source map would cost 0.2 s at the first stack trace, which the SDK
  // takes of every resource.
  program: { source: "index.ts", options: { target: "node24", packages: "external" } },
  providers: { source: "providers/index.ts", options: { target: "node24", packages: "external" } },
  // Native parts are optional speed-ups of their packages, which fall back to JavaScript.
  runner: { source: "lib/host/runner.ts", options: { target: "node20", external: ["cpu-features", "*.node"] } },
};

/** All files under the given paths, relative to the project, in a stable order. */
function files(paths) {
  return paths.flatMap((path) => {
    const stat = fs.statSync(join(root, path), { throwIfNoEntry: false });
    if (!stat?.isDirectory()) return stat ? [path] : [];
    return files(
      fs
        .readdirSync(join(root, path))
        .sort()
        .map((name) => `${path}/${name}`),
    );
  });
}

/** Names the sources as they are now, with all else that shapes a bundle. */
function sourceHash() {
  const hash = createHash("sha256").update(process.version);
  for (const file of files([...SETTINGS, ...SOURCES])) {
    const content = fs.readFileSync(join(root, file));
    hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 20);
}

function build(directory) {
  const esbuild = require("esbuild");
  for (const [name, { source, options }] of Object.entries(ENTRIES)) {
    if (!fs.existsSync(join(root, source))) continue;
    bundle(esbuild, {
      absWorkingDir: root,
      entryPoints: [source],
      outfile: join(directory, `${name}.cjs`),
      bundle: true,
      platform: "node",
      format: "cjs",
      ...options,
      sourcemap: "linked",
      sourcesContent: false,
      logLevel: "silent",
    });
  }
}

/** Runs esbuild; its errors become one message of a line each. */
function bundle(esbuild, options) {
  try {
    esbuild.buildSync(options);
  } catch (error) {
    const lines = (error.errors ?? []).map(
      ({ location, text }) =>
        `\n  ${location ? `${location.file}:${location.line}:${location.column + 1}: ` : ""}${text}`,
    );
    throw lines.length ? new Error(`cannot build ${options.entryPoints[0]}:${lines.join("")}`) : error;
  }
}

/** Removes old caches but the newest three and all used within a day, what a killed build left, and old machine code. */
function prune() {
  const compiled = join(cache, "v8");
  for (const name of fs.existsSync(compiled) ? fs.readdirSync(compiled, { recursive: true }) : []) {
    const stat = fs.statSync(join(compiled, name), { throwIfNoEntry: false });
    if (stat?.isFile() && stat.mtimeMs < Date.now() - 7 * DAY) fs.rmSync(join(compiled, name), { force: true });
  }
  const aged = fs
    .readdirSync(cache)
    .filter((name) => /^([0-9a-f]{20}|new-.*)$/.test(name))
    .map((name) => ({
      path: join(cache, name),
      used: fs.statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs,
    }))
    .sort((a, b) => (b.used ?? 0) - (a.used ?? 0));
  for (const { path, used } of aged.slice(3)) {
    if (used !== undefined && used < Date.now() - DAY) fs.rmSync(path, { recursive: true, force: true });
  }
}

/** The directory that holds the bundles of the present sources. */
function current() {
  for (let attempt = 0; attempt < 5; attempt++) {
    const hash = sourceHash();
    const directory = join(cache, hash);
    if (fs.existsSync(directory)) {
      fs.utimesSync(directory, new Date(), new Date()); // what prune goes by
      return directory;
    }
    fs.mkdirSync(cache, { recursive: true });
    const aside = fs.mkdtempSync(join(cache, "new-"));
    try {
      build(aside);
      // A file saved while esbuild was reading would be kept under the wrong name for ever.
      if (sourceHash() === hash) publish(aside, directory);
    } finally {
      fs.rmSync(aside, { recursive: true, force: true });
    }
    prune();
  }
  throw new Error(`the sources in ${root} change faster than they can be built. Try: again when they are at rest`);
}

/** Renames a finished build into place; a build of the same sources that was faster is as good. */
function publish(aside, directory) {
  try {
    fs.renameSync(aside, directory);
  } catch (error) {
    if (!fs.existsSync(directory)) throw error;
  }
}

let directory;

/** The path of one bundle (`program`, `providers` or `runner`) of the present sources. */
function artifact(name) {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < 22) throw new Error(`Node ${process.version} is too old, 22.12 is needed. Try: . ./activate`);
  directory ??= current();
  const path = join(directory, `${name}.cjs`);
  if (!fs.existsSync(path)) throw new Error(`no ${name}: ${join(root, ENTRIES[name].source)} does not exist`);
  return path;
}

/** Loads one bundle of the present sources. */
const load = (name) => require(artifact(name));

module.exports = { artifact, load };
