import { listed, type Mistake, named, type Values, within } from "./names";
import { sshPort } from "./registry-rules";

/** What of seed.content and seed.apt does not go together, with itself or with the rest of the file. */
export function contentMistakes(values: Values): Mistake[] {
  const seed = within(values, "seed");
  const mirrors = listed(within(seed, "apt"));
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
    ...found(mirrors.length > 0 && content === undefined, ["content"], "mirrors need a place: a store, and a port"),
    ...found(
      mirrors.length > 0 && content !== undefined && inLab,
      ["content", "host"],
      "a host of the lab stands too late: mirrors are planned from it before it is made; name one from hosts",
    ),
    ...found(content !== undefined && taken.includes(port), ["content", "port"], `${port} is taken on the seed`),
    ...found(toMake && cache, ["content", "image"], "the registry is a cache and takes no image: name an nginx"),
    ...found(
      toMake && asks,
      ["content", "image"],
      "the registry asks who pulls, and the seed's Docker has no login: name an nginx that it can pull",
    ),
    ...twice(mirrors),
    ...strangers(values, mirrors),
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

function twice(mirrors: unknown[]): Mistake[] {
  const names = mirrors.map((mirror) => within(mirror, "name"));
  return names.flatMap((name, index) =>
    name !== undefined && names.indexOf(name) < index
      ? [{ path: ["seed", "apt", index, "name"], message: `a mirror "${name}" is there already` }]
      : [],
  );
}

/** Clients are set up where their hosts are: with the seed, and with the nodes. */
function strangers(values: Values, mirrors: unknown[]): Mistake[] {
  const hosts = [...named(values["hosts"]), ...named(within(values, "lab", "hosts"))];
  const seed = within(values, "seed", "host");
  // A seed that is not there is told by itself.
  if (!hosts.includes(String(seed))) return [];
  const prepared = [seed, ...listed(within(values, "undercloud", "nodes"))];
  return mirrors.flatMap((mirror, index) =>
    listed(within(mirror, "clients")).flatMap((client, place) =>
      hosts.includes(String(client)) && !prepared.includes(client)
        ? [{ path: ["seed", "apt", index, "clients", place], message: "neither the seed nor a node of the undercloud" }]
        : [],
    ),
  );
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
