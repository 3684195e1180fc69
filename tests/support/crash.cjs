// Loaded by --require into a process under test. It sees every write to the outside (lib/effect.ts) three times: before
// it, a moment into it, and after it. EFFECTS names a file that gets one line each time, which begins with the process id.
// CRASH_AT names a file: from when it is there, at the moment it says, the process ends as by kill -9; with
// CRASH_WHOM=parent the one that started it, with CRASH_WHOM=both the two of them.
"use strict";
const { appendFileSync, readFileSync } = require("node:fs");
const { tracingChannel } = require("node:diagnostics_channel");

const { EFFECTS, CRASH_AT, CRASH_WHOM } = process.env;
// Processes started by this one count for themselves.
delete process.env.NODE_OPTIONS;
let end;
let moments = 0;
let running = 0;
let last = "after";

/** The moment to end at, once it is decided. */
function decided() {
  try {
    return CRASH_AT ? Number(readFileSync(CRASH_AT, "utf8")) : undefined;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function pass(moment, what) {
  if (EFFECTS) appendFileSync(EFFECTS, `${process.pid} ${moment} ${what}\n`);
  end ??= decided();
  if (end === undefined) return;
  // Before a write the world is as it was after the one before it, or at the start, if none is at work in between.
  const same = moment === "before" && last === "after" && running === 0;
  last = moment;
  if (same) return;
  moments += 1;
  if (moments !== end) return;
  if (CRASH_WHOM) process.kill(process.ppid, "SIGKILL");
  if (CRASH_WHOM !== "parent") process.kill(process.pid, "SIGKILL");
}

tracingChannel("openstack-site:effect").subscribe({
  start: ({ what }) => {
    pass("before", what);
    running += 1;
    setImmediate(() => pass("amid", what));
  },
  asyncEnd: ({ what }) => {
    running -= 1;
    pass("after", what);
  },
});
