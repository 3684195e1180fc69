import { setTimeout as sleep } from "node:timers/promises";
import { type Host, HostError } from "../host/host";
import type { Report } from "../progress";

const PATIENCE = 180_000;

/** One line for each thing a lab host must be before anything is put on it; the first that is not yet so is named. */
const PROBE = `
state=$(systemctl is-system-running 2>/dev/null)
case $state in
  running) ;;
  degraded) echo "failed units: $(systemctl list-units --state=failed --plain --no-legend | cut -d' ' -f1 | xargs)"; exit 3 ;;
  *) echo "systemd \${state:-starting}"; exit 2 ;;
esac
banner=$(bash -c 'exec 3<>/dev/tcp/127.0.0.1/22 && head -c 4 <&3' 2>/dev/null)
[ "$banner" = SSH- ] || { echo "waiting for sshd"; exit 2; }
docker info >/dev/null 2>&1 || { echo "waiting for its Docker"; exit 2; }
`;

/** Waits until systemd is done without a failed unit, sshd greets, and the host's own Docker answers. */
export async function waitUntilReady(host: Host, name: string, onProgress: Report): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const { code, stdout, stderr } = await host.exec(["docker", "exec", name, "sh", "-c", PROBE], {
      accept: [0, 1, 2, 3, 125, 126, 137],
    });
    if (code === 0) return;
    const step = stdout.toString().trim() || stderr.toString().trim();
    if (code === 3 || Date.now() > end) {
      const message = `lab host ${name} is not ready: ${step}`;
      throw new HostError(
        code === 3 ? "failed" : "timeout",
        host.name,
        message,
        `docker exec ${name} journalctl --boot`,
      );
    }
    onProgress({ step });
    await sleep(500);
  }
}
