// Lists over three architectures whose images stand in the registry: pushed by others, and pushed by the program itself.
// First the engine against the tools people use, over no distance and over a round trip of 20 ms: those start a process a
// list, make a sample, and are scaled to all. Then what it costs that they are resources, with marks of who owns them.
import { RegistryClient } from "../lib/oci/client";
import { pushList } from "../lib/oci/push-list";
import { inParallel } from "../lib/parallel";
import { Lifecycle } from "../providers/contract/lifecycle";
import { ManifestList } from "../providers/oci/manifest-list";
import { aside, bench } from "./support/aside";
import { sizes } from "./support/compare";
import { inDirectory } from "./support/directory";
import { heading, print } from "./support/figure";
import { type ListMaker, listMakers } from "./support/list-makers";
import { ARCHITECTURES, fill, imagesOf, listOf, type Named } from "./support/listed";

const SAMPLE = 10;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
};

/** Ours, first and again, and what the first took. */
async function ours(name: string, client: RegistryClient, sets: readonly Named[]): Promise<number> {
  const push = () =>
    inParallel(sets, sets.length, ([repository, images]) => pushList(client, repository, "v1", listOf(images)));
  const [first, again] = [await timed(push), await timed(push)];
  print({ name, ours: first, unit: "ms", goal: 3000 });
  print({ name: `${name}, nothing to do`, ours: again, unit: "ms", goal: 2000 });
  return first;
}

async function engine(count: number, roundTrip: number, directory: string): Promise<void> {
  const registry = await aside(roundTrip);
  const near = new RegistryClient({ address: registry.address, insecure: true });
  const client = new RegistryClient({ address: registry.far, insecure: true });
  const over = `${count} lists, ${roundTrip} ms away`;
  try {
    const theirs = imagesOf(count, "theirs");
    await registry.fill(count, "theirs");
    const first = await ours(over, client, theirs);
    const own = imagesOf(count, "own");
    await fill(near, own);
    const known = await ours(`${over}, own images`, client, own);
    for (const [name, peer] of Object.entries(listMakers(registry.far, directory))) {
      const sample = imagesOf(SAMPLE, name.replaceAll(" ", "-"));
      await fill(near, sample);
      const taken = ((await timed(() => makeAll(peer, sample))) * count) / SAMPLE;
      const { goal } = peer;
      print({ name: `${over}: ${name}`, ours: first, peer: taken, unit: "ms", goal });
      print({ name: `${over}, own images: ${name}`, ours: known, peer: taken, unit: "ms", goal });
    }
    const marked = await timed(() => createAll(theirs, registry.far, "v2"));
    const bare = await timed(() =>
      inParallel(theirs, AT_ONCE, ([repository, images]) => pushList(client, repository, "v3", listOf(images))),
    );
    print({ name: `${over}, as resources, against the push alone`, ours: marked, peer: bare, unit: "ms" });
  } finally {
    await Promise.all([client.close(), near.close()]);
    await registry.close();
  }
}

const makeAll = ({ atOnce, make }: ListMaker, sets: readonly Named[]) =>
  inParallel(sets, atOnce, ([repository]) => make(repository, "v1", ARCHITECTURES));

/** As many resources as the engine works on at once by default, on two processors. */
const AT_ONCE = 8;

/** The whole create of the kind: marks before and after, and what stood at the tags. */
function createAll(sets: readonly Named[], address: string, tag: string): Promise<unknown> {
  const signal = new AbortController().signal;
  const refuse = () => Promise.reject(new Error("no host is needed"));
  const context = { signal, progress: () => undefined, connect: refuse };
  const lists = new Lifecycle(ManifestList.definition, { context: () => context, during: (work) => work() });
  return inParallel(sets, AT_ONCE, ([repository, images]) => {
    const { manifest, children } = listOf(images);
    const registry = { address, insecure: true };
    const args = { registry, repository, tag, digest: manifest.digest, children, format: "oci", missing: [] };
    return lists.create({ ...args, __urn: `urn:pulumi:bench::bench::list::${repository}` });
  });
}

bench(() =>
  inDirectory(async (directory) => {
    heading("make bench ONLY=lists");
    for (const count of sizes([100, 300])) for (const roundTrip of [0, 20]) await engine(count, roundTrip, directory);
  }),
);
