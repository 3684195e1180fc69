import type { Host } from "../host/host";

/** One archive as a client asks it. */
export interface ClientEntry {
  uri: string;
  suites: readonly string[];
  components: readonly string[];
  architectures?: readonly string[] | undefined;
  /** Keyring on the client. Absent: taken without a signature. */
  signedBy?: string | undefined;
  /** Release files expire; a site that cannot be reached from outside keeps its own, older ones. */
  checkValidUntil: boolean;
}

const DIRECTORY = "/etc/apt/sources.list.d";
const DISABLED = ".disabled";
const HEADER = "# Written by host:AptSources: what is changed here by hand is undone.";

/** Ours: one for each host. */
export const SOURCES_FILE = `${DIRECTORY}/openstack-site.sources`;

/**
 * As deb822. Indexes are asked for by their hashes, which our mirrors always have: a switch to another state in the
 * middle of an update then mixes nothing.
 */
export function renderSources(entries: readonly ClientEntry[]): string {
  const stanzas = entries.map(({ uri, suites, components, architectures, signedBy, checkValidUntil }) =>
    [
      "Types: deb",
      `URIs: ${uri}`,
      `Suites: ${suites.join(" ")}`,
      ...(components.length > 0 ? [`Components: ${components.join(" ")}`] : []),
      ...(architectures ? [`Architectures: ${architectures.join(" ")}`] : []),
      signedBy ? `Signed-By: ${signedBy}` : "Trusted: yes",
      "By-Hash: force",
      ...(checkValidUntil ? [] : ["Check-Valid-Until: no"]),
    ].join("\n"),
  );
  return `${HEADER}\n${stanzas.join("\n\n")}\n`;
}

/** Files apt reads sources from, beside ours. */
export async function otherSources(host: Host): Promise<string[]> {
  const listed = await host.list(DIRECTORY);
  const files = listed.filter((file) => /\.(list|sources)$/.test(file)).map((file) => `${DIRECTORY}/${file}`);
  const main = "/etc/apt/sources.list";
  const named = (await host.readFile(main))?.toString().match(/^\s*deb/m) ? [main] : [];
  return [...named, ...files.filter((file) => file !== SOURCES_FILE)].sort();
}

/** apt passes silently over files of this ending. */
export async function disable(host: Host, file: string): Promise<void> {
  await host.exec(["mv", "-T", "--", file, `${file}${DISABLED}`], { effect: `disable ${file}` });
}

/** Puts a file back, unless something stands in its place by now. */
export async function enable(host: Host, file: string): Promise<void> {
  if (!(await host.stat(`${file}${DISABLED}`)) || (await host.stat(file))) return;
  await host.exec(["mv", "-T", "--", `${file}${DISABLED}`, file], { effect: `enable ${file}` });
}

/** Asks every source now: what is wrong with one shows here, and not at the next installation. */
export async function updateIndexes(host: Host, signal?: AbortSignal): Promise<void> {
  const argv = ["apt-get", "-o", "APT::Update::Error-Mode=any", "-o", "DPkg::Lock::Timeout=120", "update", "--quiet"];
  await host.exec(argv, { effect: "apt-get update", timeout: 600_000, ...(signal ? { signal } : {}) });
}
