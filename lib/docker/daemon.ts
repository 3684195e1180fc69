import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Host, HostError } from "../host/host";
import {
  type DaemonPlan,
  type DaemonRecord,
  type JsonObject,
  mergeDaemonConfig,
  type TakeOver,
  takeOver,
} from "./daemon-config";

export const DAEMON_CONFIG = "/etc/docker/daemon.json";
/** Stands while the file may say more than the daemon has read: a crash in between is seen by it. */
const UNREAD = "/var/lib/openstack-site/docker-settings-unread";

/** daemon.json as it stands; null where there is none. */
export async function readDaemonConfig(host: Host): Promise<string | null> {
  return (await host.readFile(DAEMON_CONFIG))?.toString() ?? null;
}

/**
 * Brings our share of daemon.json to `settings`. The record is kept before the file is written: first as what may
 * stand there in between, old and new together, so that a crash leaves no setting of ours behind unclaimed.
 */
export async function applyDaemonSettings(
  host: Host,
  settings: JsonObject,
  earlier: DaemonRecord,
  keep: (record: DaemonRecord) => Promise<void>,
): Promise<void> {
  const text = await readDaemonConfig(host);
  const plan = mergeDaemonConfig(text, settings, earlier);
  const same = plan.changed.length === 0 && isDeepStrictEqual(earlier.settings, settings);
  if (same && earlier.written === plan.record.written && !(await host.stat(UNREAD))) return;
  const between = mergeDaemonConfig(JSON.stringify(earlier.settings), settings);
  await keep({ ...plan.record, settings: JSON.parse(between.text ?? "{}") as JsonObject, written: "" });
  await applyDaemonConfig(host, text, plan);
  await keep(plan.record);
}

/**
 * Writes daemon.json and has the daemon take it over, by reload where that is enough. A daemon that does not come back
 * gets the file it had, and the failure is reported.
 */
export async function applyDaemonConfig(host: Host, from: string | null, { text }: Pick<DaemonPlan, "text">) {
  const unread = (await host.stat(UNREAD)) !== undefined;
  // After a crash the file no longer tells what the daemon knows; a restart does not need to know.
  const { by, interim } = unread ? ({ by: "restart" } as TakeOver) : takeOver(from, text);
  if (by === "nothing") {
    if (from !== text) await write(host, text);
    return;
  }
  if (!unread) await host.writeFile(UNREAD, "");
  try {
    await write(host, interim ?? text);
    await signal(host, by);
    if (interim !== undefined) await write(host, text);
  } catch (error) {
    await goBack(host, from, error);
  }
  await host.removeFile(UNREAD);
}

/** Always throws: what went wrong, and what more went wrong on the way back. */
async function goBack(host: Host, from: string | null, cause: unknown): Promise<never> {
  try {
    await write(host, from);
    await signal(host, "restart");
    await host.removeFile(UNREAD);
  } catch (error) {
    throw new AggregateError(
      [cause, error],
      `${cause}; going back to the former ${DAEMON_CONFIG} failed too: ${error}`,
    );
  }
  throw cause;
}

async function write(host: Host, text: string | null): Promise<void> {
  if (text === null) await host.removeFile(DAEMON_CONFIG);
  else await host.writeFile(DAEMON_CONFIG, text, { mode: "0644" });
}

async function signal(host: Host, by: TakeOver["by"]): Promise<void> {
  // Several tries in a row make systemd refuse the next one; this one is asked for.
  if (by === "restart") await host.exec(["systemctl", "reset-failed", "docker"], { accept: [0, 1] });
  await host.exec(["systemctl", by, "docker"], { effect: `systemctl ${by} docker`, timeout: 120_000 });
  await waitForDocker(host);
}

/** Waits until the daemon answers. */
export async function waitForDocker(host: Host, milliseconds = 60_000): Promise<void> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const { code, stderr } = await host.exec(["docker", "info", "--format", "{{.ServerVersion}}"], { accept: [0, 1] });
    if (code === 0) return;
    if (Date.now() > end) {
      const message = `docker: the daemon does not answer after ${milliseconds / 1000} s: ${stderr.toString().trim()}`;
      throw new HostError("timeout", host.name, message, "journalctl --unit docker");
    }
    await sleep(300);
  }
}
