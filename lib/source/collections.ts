import { canonicalJson, type Digest } from "../content/digest";
import { ContentStore } from "../content/store";
import { inParallel } from "../parallel";
import type { Report } from "../progress";
import { type Collection, fullName, readCollection } from "./collection";
import { fetchFiles } from "./files";
import { galaxyFiles, requirements } from "./galaxy";
import { bringIn } from "./made";
import type { SourceFile } from "./manifest";

export interface WantedCollection {
  url: string;
  digest: Digest;
  size?: number | undefined;
}

export interface CollectionsOrder {
  store: string;
  name: string;
  /** Of the directory that is served, as clients see it. */
  address: string;
  collections: readonly WantedCollection[];
  ca?: string;
}

const AT_ONCE = 4;

/** Brings collections into a store, with the index `ansible-galaxy` installs them from. */
export async function makeCollections(
  order: CollectionsOrder,
  report: Report,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const { store: root, name, ca } = order;
  const store = new ContentStore(root);
  const address = order.address.replace(/\/+$/, "");
  const wanted = order.collections.map((each) => ({
    ...each,
    path: new URL(each.url).pathname.split("/").at(-1) ?? "",
  }));
  const files = await fetchFiles(
    { store: root, name, files: wanted, ...(ca === undefined ? {} : { ca }) },
    report,
    signal,
  );
  const collections = await inParallel(files, AT_ONCE, (file) => readCollection(store, file));
  assertComplete(collections);
  const index = [...galaxyFiles(collections, address)].map(([path, value]) => ({
    path,
    content: canonicalJson(value),
  }));
  const list = { path: "requirements.yml", content: Buffer.from(requirements(collections, address)) };
  return [...collections.map(({ file }) => file), ...(await bringIn(store, name, [...index, list]))];
}

/** A site without a way out must not learn of what is lacking when it installs. */
function assertComplete(collections: readonly Collection[]): void {
  const names = new Set(collections.map(fullName));
  const told = collections.flatMap((each) => {
    const absent = Object.keys(each.dependencies).filter((name) => !names.has(name));
    return absent.map((name) => `${fullName(each)} ${each.version} needs ${name}`);
  });
  const twice = collections.filter(
    ({ file }, at) => collections.findIndex((other) => other.file.path === file.path) < at,
  );
  told.push(...twice.map((each) => `${fullName(each)} ${each.version} stands there twice`));
  if (told.length > 0)
    throw new Error(`these collections are no whole: ${told.sort().join("; ")}. Try: add what lacks`);
}
