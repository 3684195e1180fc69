import * as pulumi from "@pulumi/pulumi";

import debuggable = require("@pulumi/pulumi/runtime/debuggable");

/** What the SDK keeps to itself of this. Should it go, all still works, only slower. */
interface Sdk {
  resource: { stackTrace?(skip: number): (Frame | undefined)[] };
  debuggable: { debuggablePromise?<T>(promise: Promise<T>, context: unknown): Promise<T> };
}

interface Frame {
  uri: string;
}

/**
 * For every resource the SDK writes the whole call stack of the program into the state, and takes another stack for each
 * of some ten promises, in case one never settles. The first is half the state of a small resource, all of which the
 * engine writes twice per change; the second is a third of the program's time (docs/adr/0008). What stays is the one
 * frame that says where the program made the resource.
 */
function trimTraces({ resource, debuggable }: Sdk): void {
  const { stackTrace } = resource;
  if (stackTrace) resource.stackTrace = (skip) => [programFrame(stackTrace(1), skip)];
  const { debuggablePromise } = debuggable;
  if (!debuggablePromise || process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return;
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

/** The first frame beyond the SDK's `skip` and this room's own; the first of all is that of the hook itself. */
function programFrame([hook, ...frames]: (Frame | undefined)[], skip: number): Frame | undefined {
  const room = hook?.uri.replace(/contract\/trace\.ts$/, "") ?? "";
  return frames.slice(skip - 1).find((frame) => frame && !frame.uri.startsWith(room));
}

trimTraces({ resource: pulumi.Resource as unknown as Sdk["resource"], debuggable });
