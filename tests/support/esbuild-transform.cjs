const { transformSync } = require("esbuild");

/** Jest transformer: the compiler of the program, so that tests run what production runs. */
module.exports = {
  process(source, path) {
    const { code } = transformSync(source, {
      loader: "ts",
      format: "cjs",
      target: "node20",
      // Jest has no import() for CommonJS modules.
      supported: { "dynamic-import": false },
      sourcefile: path,
      sourcemap: "inline",
    });
    return { code };
  },
};
