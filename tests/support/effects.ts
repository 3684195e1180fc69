import { subscribe, unsubscribe } from "node:diagnostics_channel";

const STARTED = "tracing:openstack-site:effect:start";

/** Runs something and names the writes it made, in order. */
export async function writesDuring<T>(run: () => Promise<T>): Promise<{ result: T; writes: string[] }> {
  const writes: string[] = [];
  const seen = (message: unknown) => writes.push((message as { what: string }).what);
  subscribe(STARTED, seen);
  try {
    return { result: await run(), writes };
  } finally {
    unsubscribe(STARTED, seen);
  }
}
