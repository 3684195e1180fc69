import { listed, type Mistake, named, type Values, within } from "./names";
import { sshPort } from "./registry-rules";

/** What of seed.content, seed.apt, seed.pypi and seed.sources does not go together, with itself or with the rest of the file. */
export function contentMistakes(values: Values): Mistake[] {
  const seed = within(values, "seed");
  const mirrors = listed(within(seed, "apt"));
  const kept = keptIn(seed);
  const content = within(seed, "content");
  const found = (wrong: boolean, path: PropertyKey[], message: string): Mistake[] =>
    wrong ? [{ path: ["seed", ...path], message }] : [];
  const keeper = within(content, "host") ?? within(seed, "host");
  const inLab = named(within(values, "lab", "hosts")).includes(String(keeper));
  const cache = within(seed, "registry", "upstream") !== undefined;
  const asks = ["users", "username"].some((key) => within(seed, "registry", key) !== undefined);
  const toMake = content !== undefined && within(content, "image") === undefined;
  const { port, taken } = portsOf(values);
  return [
    ...found(
      kept.length > 0 && content === undefined,
      ["content"],
      "mirrors, indexes and sources need a place: a store, and a port",
    ),
    ...found(
      kept.length > 0 && content !== undefined && inLab,
      ["content", "host"],
      "a host of the lab stands too late: content is planned from it before it is made; name one from hosts",
    ),
    ...found(content !== undefined && taken.includes(port), ["content", "port"], `${port} is taken on the seed`),
    ...found(toMake && cache, ["content", "image"], "the registry is a cache and takes no image: name an nginx"),
    ...found(
      toMake && asks,
      ["content", "image"],
      "the registry asks who pulls, and the seed's Docker has no login: name an nginx that it can pull",
    ),
    ...twice(kept),
    ...strangers(values, kept),
    ...askedTwice(values, listed(within(seed, "pypi"))),
    ...selections(mirrors),
    ...madeFrom(listed(within(seed, "images")), mirrors),
  ];
}

function portsOf(values: Values): { port: unknown; taken: unknown[] } {
  const seed = within(values, "seed");
  const registry =
    within(seed, "registry", "url") === undefined ? (within(seed, "registry", "port") ?? 4000) : undefined;
  return { port: within(seed, "content", "port") ?? 8080, taken: [sshPort(values), registry] };
}

/** A mirror, an index or a source, and where it stands in the file. */
interface Kept {
  path: PropertyKey[];
  entry: unknown;
}

const keptIn = (seed: unknown): Kept[] =>
  ["apt", "pypi", "sources"].flatMap((plane) =>
    listed(within(seed, plane)).map((entry, index) => ({ path: ["seed", plane, index], entry })),
  );

/** All are served below one address. */
function twice(kept: readonly Kept[]): Mistake[] {
  const names = kept.map(({ entry }) => within(entry, "name"));
  return kept.flatMap(({ path }, index) =>
    names[index] !== undefined && names.indexOf(names[index]) < index
      ? [{ path: [...path, "name"], message: `"${names[index]}" is served already` }]
      : [],
  );
}

/** Who installs from the site: the seed, and the nodes. */
const prepared = (values: Values): unknown[] => [
  within(values, "seed", "host"),
  ...listed(within(values, "undercloud", "nodes")),
];

/** Clients are set up where their hosts are: with the seed, and with the nodes. */
function strangers(values: Values, kept: readonly Kept[]): Mistake[] {
  const hosts = [...named(values["hosts"]), ...named(within(values, "lab", "hosts"))];
  // A seed that is not there is told by itself.
  if (!hosts.includes(String(within(values, "seed", "host")))) return [];
  return kept.flatMap(({ path, entry }) =>
    listed(within(entry, "clients")).flatMap((client, place) =>
      hosts.includes(String(client)) && !prepared(values).includes(client)
        ? [{ path: [...path, "clients", place], message: "neither the seed nor a node of the undercloud" }]
        : [],
    ),
  );
}

/** pip and uv of a host ask one index. */
function askedTwice(values: Values, indexes: readonly unknown[]): Mistake[] {
  const asked = new Set<unknown>();
  return indexes.flatMap((index, at) => {
    const clients = within(index, "clients");
    const both = (clients === undefined ? prepared(values) : listed(clients)).filter((host) => asked.has(host));
    for (const host of clients === undefined ? prepared(values) : listed(clients)) asked.add(host);
    if (both.length === 0) return [];
    const message = `${both.join(", ")} would ask two indexes, and pip takes one: name other clients, or none`;
    return [{ path: ["seed", "pypi", at, "clients"], message }];
  });
}

/** Images made from a mirror, and from what else they cannot be made. */
function madeFrom(images: unknown[], mirrors: unknown[]): Mistake[] {
  const names = mirrors.map((mirror) => within(mirror, "name"));
  return images.flatMap((image, index) => {
    const mirror = within(image, "from", "mirror");
    const path = ["seed", "images", index, "from", "mirror"];
    if (mirror === undefined) return [];
    const told = names.join(", ") || "none";
    if (!names.includes(mirror)) return [{ path, message: `no mirror "${mirror}"; there are: ${told}` }];
    return within(image, "from", "sources") === undefined ? [] : [{ path, message: "give either mirror or sources" }];
  });
}

/** What goes with selected packages alone, and what does not go with them. */
function selections(mirrors: unknown[]): Mistake[] {
  return mirrors.flatMap((mirror, index) => {
    const at = (key: string, message: string) => ({ path: ["seed", "apt", index, key], message });
    const has = (key: string) => within(mirror, key) !== undefined;
    if (has("packages")) return has("keyring") ? [at("keyring", "with packages the site's own key signs")] : [];
    const astray = ["recommends", "bootstrap"].filter(has);
    return astray.map((key) => at(key, "goes with packages, if only an empty list"));
  });
}
