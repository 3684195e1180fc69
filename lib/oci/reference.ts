import { type Digest, isDigest } from "../content/digest";

/** `registry/repository:tag@digest`; only the repository is always there. */
export interface Reference {
  registry?: string;
  repository: string;
  tag?: string;
  digest?: Digest;
}

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const REGISTRY = /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]{1,5})?$/;

export function isRepository(text: string): boolean {
  return text.length <= 255 && REPOSITORY.test(text);
}

export function isTag(text: string): boolean {
  return /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/.test(text);
}

/** `host`, `host:port`, `[v6]:port`: no scheme, no path, no credentials. */
export function isRegistryAddress(text: string): boolean {
  return REGISTRY.test(text) && Number(/\]?:([0-9]+)$/.exec(text)?.[1] ?? 1) <= 65535;
}

/**
 * Reads an image name. As in Docker, a first component with a dot or a colon, or `localhost`, is a registry: the
 * Docker Hub name `openstack.kolla/nova` therefore needs its registry written out.
 */
export function parseReference(text: string): Reference {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const registry = /[.:]/.test(first) || first === "localhost" ? first : undefined;
  const path = registry === undefined ? named : named.slice(slash + 1);
  const colon = path.indexOf(":");
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  return checkReference(text, { registry, repository: colon < 0 ? path : path.slice(0, colon), tag, digest });
}

function checkReference(text: string, part: { [key in keyof Reference]-?: string | undefined }): Reference {
  const { registry, repository, tag, digest } = part;
  const refuse = (what: string) => new Error(`"${text}" is no image reference: ${what}. Try: host:5000/name:tag`);
  if (registry !== undefined && !isRegistryAddress(registry)) throw refuse(`"${registry}" is no host or host:port`);
  if (repository === undefined || !isRepository(repository)) {
    throw refuse(`repository "${repository}" wants lower-case letters and digits, joined by single . _ - or /`);
  }
  if (tag !== undefined && !isTag(tag)) throw refuse(`tag "${tag}" wants at most 128 of letters, digits, _ . -`);
  if (digest !== undefined && !isDigest(digest)) throw refuse(`digest "${digest}" wants sha256: and 64 hex digits`);
  return {
    repository,
    ...(registry === undefined ? {} : { registry }),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry ? `${registry}/` : ""}${repository}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
}
