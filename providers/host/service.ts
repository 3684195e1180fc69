import { z } from "zod";
import { connectionSchema } from "../../lib/host/connection";
import type { Host } from "../../lib/host/host";
import { defineResource } from "../resource";
import { onHost } from "./on-host";

const schema = z.object({
  /** The host that runs the service. */
  host: connectionSchema,
  /** The systemd unit, with its type: `docker.service`. */
  unit: z
    .string()
    .regex(
      /^[\w@:.\\-]+\.(service|socket|timer|mount|target)$/,
      "a systemd unit with its type, for example docker.service",
    ),
  /** Start it at boot. */
  enabled: z.boolean().default(true),
  /** Run it now. */
  active: z.boolean().default(true),
});

interface UnitState {
  enabled: boolean;
  active: boolean;
}

/** Whether a systemd unit runs now and at boot. On removal it is left as it was found. */
export class Service extends defineResource({
  kind: "host:Service",
  schema,
  outputs: z.object({
    /** systemd's own word: active, inactive, failed, activating. */
    status: z.string(),
  }),
  ...onHost,
  identity: (service) => service.unit,
  shared: true,

  async observe(service, context) {
    return observeUnit(await context.connect(service.host), service.unit);
  },

  async apply(service, observed, context) {
    const host = await context.connect(service.host);
    if (!observed) {
      const hint = `install the package that brings it, or look with: systemctl list-unit-files '${service.unit}'`;
      throw Object.assign(new Error(`there is no unit ${service.unit}`), { hint });
    }
    return { status: await bring(host, service.unit, observed.args, service) };
  },

  async remove(service, before, context) {
    const host = await context.connect(service.host);
    const observed = await observeUnit(host, service.unit);
    if (observed && before !== null) await bring(host, service.unit, observed.args, before as UnitState);
  },
}) {}

async function observeUnit(
  host: Host,
  unit: string,
): Promise<{ args: UnitState; outputs: { status: string } } | undefined> {
  const show = ["systemctl", "show", unit, "--property=LoadState,ActiveState,UnitFileState"];
  const { stdout } = await host.exec(show);
  const state = Object.fromEntries(
    stdout
      .toString()
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2) as [string, string]),
  );
  if (state["LoadState"] === "not-found") return undefined;
  const status = state["ActiveState"] ?? "unknown";
  const enabled = (state["UnitFileState"] ?? "").startsWith("enabled");
  return { args: { enabled, active: status === "active" || status === "activating" }, outputs: { status } };
}

/** Only the difference: a running service is never restarted to be enabled. */
async function bring(host: Host, unit: string, live: Partial<UnitState>, wanted: UnitState): Promise<string> {
  const systemctl = (verb: string) =>
    host.exec(["systemctl", verb, unit], { effect: `systemctl ${verb} ${unit}`, timeout: 120_000 });
  if (live.enabled !== wanted.enabled) await systemctl(wanted.enabled ? "enable" : "disable");
  if (live.active !== wanted.active) await systemctl(wanted.active ? "start" : "stop");
  return (await observeUnit(host, unit))?.outputs.status ?? "unknown";
}
