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
 * engine writes twice per change; the second is a third of the program's time (docs/adr/0010). What stays is the one
 * frame that says where the program made the resource.
 */
export function trimTraces({ resource, debuggable }: Sdk): void {
  const { stackTrace } = resource;
  if (stackTrace) {
    const ours = (frame: Frame | undefined) => !frame || frame.uri.includes("/providers/");
    // One frame more than the SDK counts on: this function's own.
    resource.stackTrace = (skip) => [stackTrace(skip + 1).find((frame) => !ours(frame))];
  }
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

trimTraces({ resource: pulumi.Resource as unknown as Sdk["resource"], debuggable });
