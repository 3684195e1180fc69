const { availableParallelism } = require("node:os");

// One transformer for tests and production alike: esbuild, which is a dependency already.
const project = (name, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  transform: { "\\.ts$": "<rootDir>/tests/support/esbuild-transform.cjs" },
  moduleFileExtensions: ["ts", "js", "cjs", "json"],
  testEnvironment: "node",
  ...extra,
});

module.exports = {
  // Half of the time the tests wait: for a process to start, for Docker, for the engine.
  maxWorkers: availableParallelism() + 1,
  testSequencer: "<rootDir>/tests/support/longest-first.cjs",
  projects: [
    project("unit"),
    project("contract"),
    project("real"),
    project("full", { testMatch: ["<rootDir>/tests/**/*.full.ts"] }),
  ],
  coverageProvider: "v8",
  testTimeout: 60_000,
};
