// What the constant text in every resource's state calls in the provider process:
// require("./runtime/provider.cjs").get("host:File"). The path is resolved from the project root.
//
// providers/index.ts exports `get(kind)` and `configure({ runner })`. The second is called once, before the first get,
// with the path of the job runner that is shipped to hosts.
"use strict";
const { flushCompileCache } = require("node:module");
const { artifact, load } = require("./load.cjs");

const providers = load("providers");
providers.configure({ runner: artifact("runner") });

// The engine ends this process by signal, so compiled code would never reach the cache at exit.
setImmediate(flushCompileCache);

/** The handler of one resource kind. */
exports.get = (kind) => providers.get(kind);
