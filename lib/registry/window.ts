import { PassThrough } from "node:stream";
import type { ContainerSpec } from "../docker/container-spec";
import { type ExecOptions, type Host, HostError } from "../host/host";

/** What a collection took away. */
export interface Collected {
  /** Of the registry's volumes on its host; nothing where it keeps its data elsewhere. */
  bytes: number;
  blobs: number;
  manifests: number;
}

/** The three containers of a collection: the one that serves, its read-only stand-in, and the collector. */
export type Cast = Record<"serving" | "standIn" | "collector", Pick<ContainerSpec, "name">>;

/**
 * Puts the serving container back, whatever happened. Both end as a kill would: a stand-in keeps nothing, and a
 * collector that is cut off has only taken garbage.
 */
const RESTORE = `
exec 9>/run/openstack-site-collect.lock
flock --wait 3600 9 || { echo "another collection holds /run/openstack-site-collect.lock" >&2; exit 1; }
restore() {
  trap "" HUP INT TERM
  docker rm --force "$collector" "$standin" >/dev/null 2>&1
  docker start "$serving" >/dev/null
}`;

/** The script's answer where the word was not given. */
const REFUSED = 3;

const WINDOW = `${RESTORE}
trap "" PIPE
trap "exit 1" HUP INT TERM
trap restore EXIT
used() { [ $# -eq 0 ] && echo 0 || du --summarize --total --bytes "$@" | tail -n 1 | cut -f 1; }
docker stop "$serving" >/dev/null && docker start "$standin" >/dev/null || exit 1
echo open
read -r go || exit ${REFUSED}
before=$(used "$@")
docker start "$collector" >/dev/null || exit 1
docker wait "$collector" >/dev/null & wait $!
code=$(docker inspect --format "{{.State.ExitCode}}" "$collector")
[ "$code" = 0 ] || { docker logs --tail 20 "$collector" >&2; exit 1; }
docker logs "$collector" 2>&1 | grep "eligible for deletion$"
echo "$((before - $(used "$@"))) bytes"
`;

/** Nothing of this waits for a person: a longer collection is a collection that hangs. */
const LONGEST = 6 * 60 * 60_000;

/** In a session of its own: once begun it comes to its end and restores what serves, whatever becomes of us. */
const script = (text: string, { serving, standIn, collector }: Cast, ...args: string[]): string[] => {
  const names = `serving=$1 standin=$2 collector=$3; shift 3\n`;
  const argv = [serving.name, standIn.name, collector.name, ...args];
  return ["setsid", "--wait", "sh", "-c", `${names}${text}`, "sh", ...argv];
};

/** Clears away what a killed collection left; waits for one that still runs. */
export async function restoreServing(host: Host, cast: Cast): Promise<void> {
  const left = `docker inspect "$collector" >/dev/null 2>&1 || docker inspect "$standin" >/dev/null 2>&1`;
  await run(host, script(`${RESTORE}\n${left} || exit 0\nrestore`, cast), `restore container ${cast.serving.name}`);
}

/**
 * Lets the stand-in serve, asks `mayCollect`, and only then collects; puts the serving container back in any case.
 * Undefined where it might not. Before the word is given, the end of our connection ends it all.
 */
export async function collectInWindow(
  host: Host,
  cast: Cast,
  volumes: readonly string[],
  mayCollect: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<Collected | undefined> {
  const word = new PassThrough();
  let output = "";
  let failure: unknown;
  const answer = async () => {
    const may = await mayCollect().catch((error: unknown) => {
      failure = error;
    });
    word.end(may ? "go\n" : "");
  };
  const code = await run(host, script(WINDOW, cast, ...volumes), `collect garbage of ${cast.serving.name}`, {
    ...{ input: word, signal },
    onStdout(chunk) {
      const asked = output.includes("open\n");
      output += chunk.toString();
      if (!asked && output.includes("open\n")) void answer();
    },
  });
  if (failure) throw failure;
  return code === 0 ? told(output) : undefined;
}

async function run(host: Host, argv: readonly string[], effect: string, options: ExecOptions = {}): Promise<number> {
  const { code, stderr } = await host.exec(argv, { ...options, effect, timeout: LONGEST, accept: [0, 1, REFUSED] });
  // Not as the host tells it: the text of a script explains nothing.
  if (code === 1)
    throw new HostError("failed", host.name, `${effect} failed: ${stderr.toString().trim().slice(-2000)}`);
  return code;
}

function told(output: string): Collected {
  const [, blobs, manifests] = /(\d+) blobs and (\d+) manifests eligible/.exec(output) ?? [];
  const [, bytes] = /^(-?\d+) bytes$/m.exec(output) ?? [];
  return { bytes: Math.max(0, Number(bytes ?? 0)), blobs: Number(blobs ?? 0), manifests: Number(manifests ?? 0) };
}
