import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { buildIndex } from "../../../lib/pypi/build";
import { pypiPlane } from "../../../lib/pypi/plane";
import { indexShelf } from "../../../lib/pypi/shelf";
import type { Mirrorer } from "../measured";
import { timed } from "../timed-command";
import { serveUpstream } from "../upstream-server";
import { timedPython } from "./python-peers";

export interface Source {
  address: string;
  names: readonly string[];
  /** Paths of the wheels. */
  files: readonly string[];
  /** Where the mirror keeps what it has. */
  directory: string;
}

const listOf = ({ names }: Source): string => names.map((name) => `${name}==1.0\n`).join("");

/** Brings the index and serves it, in a process of its own. */
async function sync(source: Source): Promise<void> {
  const root = join(source.directory, "store");
  const store = new ContentStore(root);
  const before = (await indexShelf.read(store, "bench"))?.manifest;
  const targets = [{ python: "3.11", architecture: "x86_64", glibc: "2.36" } as const];
  const upstream = `http://${source.address}/simple`;
  const order = {
    store: root,
    name: "bench",
    upstream,
    lists: { list: listOf(source) },
    targets,
    cache: join(root, "pages"),
  };
  const { manifest } = await buildIndex(order, () => {}, new AbortController().signal);
  if (manifest !== before) await serve(pypiPlane, store, "bench", manifest, null);
}

/** It asks for nothing where the upstream's serial is the one it has seen. */
const bandersnatch: Mirrorer<Source> = {
  name: "bandersnatch",
  sync({ address, directory }) {
    const config = join(directory, "bandersnatch.conf");
    const lines = [
      ...["[mirror]", `directory = ${directory}/mirror`, `master = http://${address}`, "allow-non-https = true"],
      ...["workers = 10", "stop-on-error = true", "hash-index = false", "json = false", "timeout = 60", ""],
    ];
    writeFileSync(config, lines.join("\n"));
    return timedPython("import sys; from bandersnatch.main import main; sys.exit(main())", ["-c", config, "mirror"]);
  },
};

/** It asks for and fetches all of it each time. */
const pip2pi: Mirrorer<Source> = {
  name: "pip2pi",
  sync(source) {
    const list = join(source.directory, "list.txt");
    writeFileSync(list, listOf(source));
    const environment = { PIP_INDEX_URL: `http://${source.address}/simple/`, PIP_NO_CACHE_DIR: "1", NO_PROXY: "*" };
    const code = "import sys; from libpip2pi.commands import pip2pi; sys.exit(pip2pi())";
    return timedPython(code, [join(source.directory, "index"), "-r", list], environment);
  },
};

/** No mirror, but what the line gives: it asks for the files alone, and neither checks nor keeps them. */
export const LINE: Mirrorer<Source> = {
  name: "curl to nowhere",
  sync({ address, files, directory }) {
    const config = join(directory, "curl.conf");
    writeFileSync(config, files.map((path) => `url = "http://${address}/${path}"\noutput = "/dev/null"\n`).join(""));
    return timed(["curl", "--silent", "--fail", "--parallel", "--parallel-max", "32", "--config", config]);
  },
};

export const PEERS: readonly Mirrorer<Source>[] = [bandersnatch, pip2pi];

/** What of a bench of indexes is a process of its own. */
export const PARTS = { serve: serveUpstream, sync };
