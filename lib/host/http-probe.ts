import { setTimeout as sleep } from "node:timers/promises";
import { type Host, HostError } from "./host";

export interface Readiness {
  port: number;
  path: string;
  /** The status that means ready. */
  status: number;
  tls: boolean;
}

/** Asked by bash itself: a host that runs containers need not have curl. */
const PLAIN = 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "GET %s HTTP/1.0\\r\\n\\r\\n" "$2" >&3 && head -n 1 <&3';
/** bash speaks no TLS; openssl comes with the authorities' certificates. Its word on ours goes nowhere. */
const TLS =
  'command -v openssl >/dev/null || exit 3; printf "GET %s HTTP/1.0\\r\\n\\r\\n" "$2" | openssl s_client -quiet -connect "127.0.0.1:$1" 2>/dev/null | head -n 1';

/** The HTTP status that a port of the host answers with, asked from the host itself; undefined where none answers. */
export async function probe(host: Host, wanted: Omit<Readiness, "status">): Promise<number | undefined> {
  const { port, path, tls } = wanted;
  const argv = ["timeout", "5", "bash", "-c", tls ? TLS : PLAIN, "probe", String(port), path];
  const { code, stdout } = await host.exec(argv, { accept: [0, 1, 3, 124], timeout: 10_000 });
  if (code === 3) {
    throw new HostError("failed", host.name, `no openssl to ask port ${port} over TLS`, "apt-get install openssl");
  }
  const status = /^HTTP\/\d\.\d (\d{3})/.exec(stdout.toString())?.[1];
  return status === undefined ? undefined : Number(status);
}

/** Waits until a service answers as it should. */
export async function waitUntilAnswers(
  host: Host,
  what: string,
  wanted: Readiness,
  milliseconds = 60_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const status = await probe(host, wanted);
    if (status === wanted.status) return;
    if (Date.now() > end) {
      const answer = status === undefined ? "does not answer" : `answers ${status} instead of ${wanted.status}`;
      const message = `${what}: port ${wanted.port}, path ${wanted.path} ${answer} after ${milliseconds / 1000} s`;
      throw new HostError("timeout", host.name, message, `docker logs ${what}`);
    }
    await sleep(300);
  }
}
