import { z } from "zod";
import { type Host, HostError } from "../host/host";

/** Where packages come from, as a line of sources.list says it. */
export const aptSourceSchema = z.strictObject({
  /** The archive, without a password: the image keeps it in its own sources.list. */
  uri: z.string().regex(/^https?:\/\/[^\s@[\]]+$/, "an http or https URI without user and password"),
  suites: z.array(z.string().regex(/^[\w.+/-]*[\w.+-]$/, "a suite, for example trixie-updates")).min(1),
  components: z
    .array(z.string().regex(/^[\w.+/-]+$/, "a component, for example main"))
    .min(1)
    .default(["main"]),
  /** Keyring on the machine that reads it; where absent, the keys apt trusts there. */
  signedBy: z
    .string()
    .regex(/^\/[\w./+-]+$/, "an absolute path")
    .optional(),
  /** Taken without a signature: for a plain mirror of the site's own. */
  trusted: z.boolean().default(false),
});

export type AptSource = z.output<typeof aptSourceSchema>;

/** As sources.list has them; `options` are added to each. */
export function sourceLines(sources: readonly AptSource[], options: readonly string[] = []): string[] {
  return sources.flatMap(({ uri, suites, components, signedBy, trusted }) => {
    const said = [...(signedBy ? [`signed-by=${signedBy}`] : []), ...(trusted ? ["trusted=yes"] : []), ...options];
    const brackets = said.length > 0 ? `[${said.join(" ")}] ` : "";
    return suites.map((suite) => `deb ${brackets}${uri} ${suite} ${components.join(" ")}`);
  });
}

const FORMAT = "$(ORIGIN) $(LABEL) $(REPO_URI)";

/** A Debian suite and its updates, from the mirrors this machine itself is set to. */
export async function debianSources(host: Host, suite: string): Promise<AptSource[]> {
  const { stdout } = await host.exec(["apt-get", "indextargets", "--format", FORMAT, "Created-By: Packages"]);
  return mirrorsFor(stdout.toString(), suite, host.name);
}

/** Pure. */
export function mirrorsFor(targets: string, suite: string, host: string): AptSource[] {
  const mirrors = (label: string) =>
    [...new Set(targets.split("\n"))].flatMap((line) =>
      line.startsWith(`Debian ${label} `) ? [line.split(" ")[2] as string] : [],
    );
  const [main] = mirrors("Debian");
  const [security] = mirrors("Debian-Security");
  if (!main) {
    const message = "apt: this machine knows no Debian mirror, or has not asked it yet";
    throw new HostError("failed", host, message, "name one in /etc/apt/sources.list.d, then apt-get update");
  }
  const source = (uri: string, ...suites: string[]) => ({ uri, suites, components: ["main"], trusted: false });
  return [
    source(main, suite, `${suite}-updates`),
    ...(security === undefined ? [] : [source(security, `${suite}-security`)]),
  ];
}

/** The machine's options for fetching, such as proxies and checks, as apt.conf writes them. */
export async function fetchOptions(host: Host): Promise<string> {
  const { stdout } = await host.exec(["apt-config", "dump"]);
  const lines = stdout.toString().split("\n");
  return lines.filter((line) => /^Acquire::(https?::|Check-|Retries)/.test(line)).join("\n");
}
