import { listed, type Mistake, named, type Values, within } from "./names";

const SSH = 22;
/** What a registry that stands already is described by. */
const STANDING = ["url", "username", "password", "ca"];

/** What of seed.registry does not go together, with itself or with the rest of the file. */
export function registryMistakes(values: Values): Mistake[] {
  const seed = within(values, "seed");
  const at = (...path: string[]) => within(seed, "registry", ...path);
  const found = (wrong: boolean, key: string, message: string): Mistake[] =>
    wrong ? [{ path: ["seed", "registry", key], message }] : [];
  if (at("url") !== undefined) {
    const foreign = named(at()).filter((key) => !STANDING.includes(key));
    return foreign.flatMap((key) => found(true, key, "with url the registry stands already, and is not set up here"));
  }
  const strays = STANDING.filter((key) => at(key) !== undefined);
  const pushes = [...listed(within(seed, "images")), ...listed(within(seed, "imageLists"))].length > 0;
  const cache = at("upstream") !== undefined;
  return [
    ...strays.flatMap((key) => found(true, key, "goes with url alone; a registry of the site has users and tls.ca")),
    ...found(at("port") === sshPort(values), "port", "that host's SSH server listens there"),
    ...found(at("data") !== undefined && at("s3") !== undefined, "data", "give either data or s3"),
    ...found(
      at("architecture") !== undefined && at("version") !== 3,
      "architecture",
      "Debian's package is for this machine alone: needs version: 3",
    ),
    ...found(cache && pushes, "upstream", "a cache takes no pushes, and seed has images: they need another registry"),
    // Its pulls would be told "manifest unknown", whatever the upstream holds.
    ...found(
      at("upstream", "username") !== undefined && at("version") !== 3,
      "upstream",
      "version 2 cannot log in to a registry with htpasswd: username needs version: 3",
    ),
    ...found(
      at("collectGarbage") === true && (cache || at("readOnly") === true || at("deletes") === false),
      "collectGarbage",
      "the registry has to take deletes and tags for it: not with upstream, readOnly or deletes: false",
    ),
    ...found(cache && at("readOnly") === true, "readOnly", "a cache has to write what it fetches"),
  ];
}

/** Where the seed's SSH server listens. */
export function sshPort(values: Values): unknown {
  const name = String(within(values, "seed", "host"));
  if (within(values, "lab", "hosts", name) !== undefined) return SSH;
  const host = within(values, "hosts", name);
  return within(host, "kind") === "ssh" ? (within(host, "port") ?? SSH) : undefined;
}
