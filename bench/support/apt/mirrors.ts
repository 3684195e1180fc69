import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mirror } from "../../../lib/apt/mirror";
import { aptPlane } from "../../../lib/apt/plane";
import { readSummary } from "../../../lib/apt/summary";
import type { Digest } from "../../../lib/content/digest";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import type { Mirrorer } from "../measured";
import { type Cost, timed } from "../timed-command";
import { serveUpstream } from "../upstream-server";

export interface Source {
  address: string;
  suites: readonly string[];
  keyring: string;
  /** Where the mirror keeps what it has. */
  directory: string;
}

const add = (costs: readonly Cost[]): Cost => ({
  wall: costs.reduce((sum, { wall }) => sum + wall, 0),
  cpu: costs.reduce((sum, { cpu }) => sum + cpu, 0),
  memory: Math.max(...costs.map(({ memory }) => memory)),
});

const storeOf = ({ directory }: Pick<Source, "directory">) => join(directory, "store");

/** Mirrors and serves, in a process of its own. */
export async function sync({ address, suites, keyring, directory }: Source): Promise<void> {
  const store = storeOf({ directory });
  const common = { uri: `http://${address}/debian`, components: ["main"], architectures: ["amd64"], sources: false };
  const order = suites.map((suite) => ({ ...common, suite, trust: { keyrings: [keyring] } }));
  const { manifest, fetched } = await mirror(
    { store, name: "bench", suites: order },
    () => {},
    new AbortController().signal,
  );
  if (fetched.files > 0) await serve(aptPlane, new ContentStore(store), "bench", manifest, {});
}

/** Serves what is mirrored under another name, from its first link to the last. */
export async function publish(source: Source): Promise<void> {
  const store = storeOf(source);
  await serve(aptPlane, new ContentStore(store), "again", (await readSummary(store, "bench"))?.manifest as Digest, {});
}

/** It verifies nothing, and loses its own files where the archive's address has a port: a proxy takes that away. */
const aptMirror: Mirrorer<Source> = {
  name: "apt-mirror",
  sync({ address, suites, directory }) {
    const list = [
      ...[`set base_path ${directory}`, "set run_postmirror 0", "set nthreads 20", "set _tilde 0"],
      ...suites.map((suite) => `deb-amd64 http://upstream.test/debian ${suite} main`),
    ];
    mkdirSync(join(directory, "var"), { recursive: true });
    writeFileSync(join(directory, "mirror.list"), `${list.join("\n")}\n`);
    return timed(["apt-mirror", join(directory, "mirror.list")], { http_proxy: `http://${address}` });
  },
};

const debmirror: Mirrorer<Source> = {
  name: "debmirror",
  sync({ address, suites, keyring, directory }) {
    const what = [`--host=${address}`, "--root=debian", `--dist=${suites.join()}`, "--section=main", "--arch=amd64"];
    const how = ["--method=http", "--nosource", "--diff=none", "--rsync-extra=none", `--keyring=${keyring}`];
    return timed(["debmirror", ...what, ...how, join(directory, "mirror")], { HOME: directory });
  },
};

/** It mirrors; what it takes to publish is not counted. */
const aptly: Mirrorer<Source> = {
  name: "aptly",
  async sync({ address, suites, keyring, directory }) {
    const config = join(directory, "aptly.json");
    const run = (...argv: string[]) => timed(["aptly", `-config=${config}`, ...argv], { HOME: directory });
    const costs: Cost[] = [];
    const first = !existsSync(config);
    writeFileSync(config, JSON.stringify({ rootDir: join(directory, "root"), downloadConcurrency: 20 }));
    for (const suite of suites) {
      const options = ["-architectures=amd64", `-keyring=${keyring}`];
      if (first)
        costs.push(await run("mirror", "create", ...options, suite, `http://${address}/debian`, suite, "main"));
      costs.push(await run("mirror", "update", `-keyring=${keyring}`, suite));
    }
    return add(costs);
  },
};

export const PEERS: readonly Mirrorer<Source>[] = [aptMirror, debmirror, aptly];

/** What of a bench of mirrors is a process of its own. */
export const PARTS = { serve: serveUpstream, sync, publish };
