// Loaded by --require before the SDK, in the program and in the provider process: it takes most of the time out of
// their start (figures: docs/adr/0001-node-and-sdk.md). Everything works without it, only slower.
"use strict";
const Module = require("node:module");
const { join } = require("node:path");

Module.enableCompileCache?.(join(__dirname, "..", ".cache", "v8"));

// The SDK loads a package manager and a compiler at start, three quarters of its load time, for one purpose: to turn
// closures into text. Our resources carry a constant text instead (providers/resource.ts), so both load at first use.
const heavy = new Set(["@npmcli/arborist", "typescript"]);
const sdk = /[\\/]@pulumi[\\/]pulumi[\\/]/;
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const real = () => load.call(this, request, parent, isMain);
  return heavy.has(request) && sdk.test(parent?.filename ?? "") ? lazy(real) : real();
};

/** Stands for a CommonJS module and loads it when a property is first read. */
function lazy(real) {
  let loaded;
  const get = () => (loaded ??= real());
  return new Proxy(
    {},
    {
      // Claiming to be an ES module keeps the importer from copying, and so reading, all properties.
      get: (_, key) => (key === "__esModule" ? true : get()[key]),
      has: (_, key) => key in get(),
    },
  );
}
