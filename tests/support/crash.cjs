// Loaded by --require into a process under test. It sees every write to the outside (lib/effect.ts) three times:
// before it, a moment into it, and after it. EFFECTS names a file that gets one line each time, which begins with the process id; at the line CRASH_AT
// the process ends as by kill -9, or with CRASH_WHOM=parent the one that started it.
"use strict";
const { appendFileSync } = require("node:fs");
const { tracingChannel } = require("node:diagnostics_channel");

const { EFFECTS, CRASH_AT, CRASH_WHOM } = process.env;
// Processes started by this one count for themselves.
delete process.env.NODE_OPTIONS;
let passed = 0;

const pass = (moment, what) => {
  passed += 1;
  if (EFFECTS) appendFileSync(EFFECTS, `${process.pid} ${moment} ${what}\n`);
  if (passed === Number(CRASH_AT)) process.kill(CRASH_WHOM === "parent" ? process.ppid : process.pid, "SIGKILL");
};

tracingChannel("openstack-site:effect").subscribe({
  start: ({ what }) => {
    pass("before", what);
    setImmediate(() => pass("amid", what));
  },
  asyncEnd: ({ what }) => pass("after", what),
});
