import { tracingChannel } from "node:diagnostics_channel";

/**
 * Every write to the outside world (a file, a container, a registry) passes through `effect`. Production code pays one
 * check for subscribers; the tests count writes and end the process at the n-th one to prove that a crash converges.
 */
const channel = tracingChannel<string, { what: string }>("openstack-site:effect");

/** Runs one side effect under a name such as `write /etc/hosts` or `PUT /v2/a/manifests/b`. */
export function effect<T>(what: string, run: () => Promise<T>): Promise<T> {
  if (!channel.hasSubscribers) return run();
  return channel.tracePromise(run, { what }) as Promise<T>;
}
