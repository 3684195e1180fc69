import { type Host, HostError } from "../host/host";
import { type AptSource, sourceLines } from "./apt-source";

/** What an archive holds at one moment: nothing in it can change without its release files. */
export interface Snapshot {
  /** SHA-256 of each release file, by apt's name for it, and of each keyring named, by its path. */
  sums: Record<string, string>;
  /** Of the youngest release file, in seconds: the time of an image made from it. */
  epoch: number;
}

/** No index is fetched (`target=none`), nothing of the machine's own apt is touched. $@ are keyrings. */
const READ = `set -e
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; trap 'exit 1' HUP INT TERM
chmod 0755 "$work"; mkdir -p "$work/lists/partial"; cat >"$work/sources.list"
apt-get update --quiet -o APT::Update::Error-Mode=any -o Acquire::Retries=1 -o Acquire::http::Timeout=15 \\
  -o Acquire::https::Timeout=15 -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \\
  -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null >&2
[ $# = 0 ] || sha256sum "$@"
cd "$work/lists"; for file in *Release; do [ ! -e "$file" ] || { sha256sum "$file"; grep ^Date: "$file"; }; done`;

/** Asks apt on that host what these archives hold now, its proxies and its check of signatures included. */
export async function readSnapshot(host: Host, sources: readonly AptSource[], signal?: AbortSignal): Promise<Snapshot> {
  const keyrings = [...new Set(sources.flatMap(({ signedBy }) => signedBy ?? []))];
  const input = sourceLines(sources, ["target=none"]).join("\n");
  const argv = ["sh", "-c", READ, "sh", ...keyrings];
  const { stdout } = await host.exec(argv, { input, timeout: 60_000, ...(signal && { signal }) }).catch(explain);
  const snapshot = parse(stdout.toString());
  const suites = new Set(
    sources.flatMap(({ uri, suites }) => suites.map((suite) => `${uri.replace(/\/$/, "")} ${suite}`)),
  );
  const releases = Object.keys(snapshot.sums).filter((name) => !name.startsWith("/"));
  // To a trusted source apt forgives that there is none.
  if (releases.length === suites.size) return snapshot;
  const message = `only these of ${[...suites].join(", ")} have a release file: ${releases.join(", ") || "none"}`;
  throw new HostError("failed", host.name, message, HINT);
}

const HINT = "check the sources' uri, suites, signedBy and trusted";

function parse(said: string): Snapshot {
  const sums = [...said.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, sum = "", name = ""]) => [name, sum]);
  const dates = [...said.matchAll(/^Date: (.+)$/gm)].map(([, date = ""]) => Date.parse(date));
  return { sums: Object.fromEntries(sums), epoch: Math.max(...dates) / 1000 };
}

function explain(error: unknown): never {
  if (!(error instanceof HostError) || error.code !== "failed") throw error;
  const why = error.message.split("\n").filter((line) => /^(E|W|Err\S*|sha256sum): ?/.test(line));
  const message = `apt cannot read the sources on ${error.host}: ${why.join(" ") || error.message}`;
  throw new HostError("failed", error.host, message, HINT);
}
