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
  projects: [
    project("unit"),
    project("contract"),
    project("real"),
    project("full", { testMatch: ["<rootDir>/tests/**/*.full.ts"] }),
  ],
  coverageProvider: "v8",
  testTimeout: 30_000,
};
