// Loaded by --require into a process under test. It sees every write to the outside (lib/effect.ts) three times:
// before it, a moment into it, and after it. EFFECTS names a file that gets one line each time; at the line CRASH_AT
// the process ends as by kill -9.
"use strict";
const { appendFileSync } = require("node:fs");
const { tracingChannel } = require("node:diagnostics_channel");

const { EFFECTS, CRASH_AT } = process.env;
// Processes started by this one count for themselves.
delete process.env.NODE_OPTIONS;
let passed = 0;

const pass = (moment, what) => {
  passed += 1;
  if (EFFECTS) appendFileSync(EFFECTS, `${moment} ${what}\n`);
  if (passed === Number(CRASH_AT)) process.kill(process.pid, "SIGKILL");
};

tracingChannel("openstack-site:effect").subscribe({
  start: ({ what }) => {
    pass("before", what);
    setImmediate(() => pass("amid", what));
  },
  asyncEnd: ({ what }) => pass("after", what),
});
