import { type Host, HostError } from "../host/host";

const FORMAT = "$(ORIGIN) $(LABEL) $(REPO_URI)";

/** Lines of sources.list for a Debian suite, from the mirrors this machine itself is set to. */
export async function debianSources(host: Host, suite: string): Promise<string[]> {
  const { stdout } = await host.exec(["apt-get", "indextargets", "--format", FORMAT, "Created-By: Packages"]);
  return sourceLines(stdout.toString(), suite, host.name);
}

/** Pure. */
export function sourceLines(targets: string, suite: string, host: string): string[] {
  const mirrors = (label: string) =>
    [...new Set(targets.split("\n"))].flatMap((line) =>
      line.startsWith(`Debian ${label} `) ? [line.split(" ")[2]] : [],
    );
  const [main] = mirrors("Debian");
  const [security] = mirrors("Debian-Security");
  if (!main) {
    const message = "apt: this machine knows no Debian mirror, or has not asked it yet";
    throw new HostError("failed", host, message, "name one in /etc/apt/sources.list.d, then apt-get update");
  }
  return [
    `deb ${main} ${suite} main`,
    `deb ${main} ${suite}-updates main`,
    ...(security ? [`deb ${security} ${suite}-security main`] : []),
  ];
}

/** The machine's options for fetching, such as proxies and checks, as apt.conf writes them. */
export async function fetchOptions(host: Host): Promise<string> {
  const { stdout } = await host.exec(["apt-config", "dump"]);
  const lines = stdout.toString().split("\n");
  return lines.filter((line) => /^Acquire::(https?::|Check-|Retries)/.test(line)).join("\n");
}
