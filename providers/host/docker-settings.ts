import { z } from "zod";
import type { DaemonRecord, JsonObject } from "../../lib/docker/daemon-config";
import { connectionSchema } from "../../lib/host/connection";
import { defineResource } from "../resource";
import { onHost } from "./on-host";

const schema = z.object({
  /** The host whose Docker daemon is set. */
  host: connectionSchema,
  /** Keys of daemon.json. Lists are united with what stands there, objects merged, other values replaced. */
  settings: z.record(z.string().min(1), z.json()),
});

/**
 * Settings of a Docker daemon, merged into daemon.json and taken out again on removal. The daemon is reloaded where
 * that is enough, restarted only where it must be, and left alone where nothing changes.
 */
export class DockerSettings extends defineResource({
  kind: "host:DockerSettings",
  schema,
  outputs: z.object({}),
  ...onHost,
  identity: () => "/etc/docker/daemon.json",
  shared: true,

  async observe({ host, settings }, context) {
    const { readDaemonConfig } = await import("../../lib/docker/daemon");
    const { standingSettings } = await import("../../lib/docker/daemon-config");
    const text = await readDaemonConfig(await context.connect(host));
    return { args: { settings: standingSettings(text, settings as JsonObject) }, outputs: {} };
  },

  async apply({ host, settings }, _observed, context, { before, keep }) {
    const { applyDaemonSettings } = await import("../../lib/docker/daemon");
    await applyDaemonSettings(await context.connect(host), settings as JsonObject, before as DaemonRecord, keep);
    return {};
  },

  async remember({ host }, _observed, context) {
    const { readDaemonConfig } = await import("../../lib/docker/daemon");
    const text = await readDaemonConfig(await context.connect(host));
    return { before: text, settings: {}, written: text ?? "" } satisfies DaemonRecord;
  },

  async remove({ host }, before, context) {
    const { applyDaemonConfig, readDaemonConfig } = await import("../../lib/docker/daemon");
    const { restoreDaemonConfig } = await import("../../lib/docker/daemon-config");
    const target = await context.connect(host);
    const text = await readDaemonConfig(target);
    await applyDaemonConfig(target, text, restoreDaemonConfig(text, before as DaemonRecord));
  },
}) {}
