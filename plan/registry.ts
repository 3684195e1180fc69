import { scryptSync } from "node:crypto";
import { digestOf } from "../lib/content/digest";
import type { RegistryOptions } from "../lib/oci/client";
import { REGISTRY_DATA, REGISTRY_ETC, renderConfig } from "../lib/registry/config";
import { renderHtpasswd } from "../lib/registry/htpasswd";
import type { RegistrySettings } from "../lib/registry/settings";
import { authority, pemFile } from "./pem-file";

/** The site's registry as the stack file says: made by it, or with a url one that stands already. */
export interface SiteRegistry extends RegistrySettings {
  url?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  ca?: string | undefined;
}

/** How to reach a registry; `ca` is the path of a PEM file beside the program. */
export interface RegistryWay {
  address: string;
  insecure: boolean;
  username?: string | undefined;
  password?: string | undefined;
  ca?: string | undefined;
}

/** A file on the registry's host, its text or the file beside the program that it is a copy of. */
export type PlannedFile = { name: string; path: string; mode: string; secret: boolean } & (
  | { content: string }
  | { source: string; digest: string }
);

/** What stands on a host for the site's own registry, its image aside. */
export interface PlannedServer {
  port: number;
  version: 2 | 3;
  architecture?: string;
  files: PlannedFile[];
  volumes: { source: string; target: string; readOnly?: boolean }[];
  env: Record<string, string>;
  ready: { port: number; path: string; status: number; tls: boolean };
  /** Changes with the content of any of its files. */
  revision: string;
}

export interface PlannedRegistry {
  way: RegistryWay;
  /** The authority that a host's Docker must be told of. */
  authority?: { source: string; digest: string };
  /** Absent where it stands already. */
  server?: PlannedServer;
}

const ON_HOST = "/etc/openstack-site/registry";
const AUTHORITIES = "authorities";

/** The site's registry: how it is reached, and what has to stand on its host, known before anything does. */
export async function planRegistry(site: SiteRegistry, host: string, stack: string): Promise<PlannedRegistry> {
  const { url, tls, users } = site;
  const ca = url === undefined ? tls?.ca : site.ca;
  const login = url === undefined ? users?.[0] : site;
  const way = {
    ...(url === undefined ? { address: `${host}:${site.port}`, insecure: !tls } : wayTo(url)),
    ...(login?.username !== undefined && { username: login.username }),
    ...(login?.password !== undefined && { password: login.password }),
    ...(ca !== undefined && { ca }),
  };
  return {
    way,
    ...(ca !== undefined && { authority: await fileBeside(ca) }),
    ...(url === undefined && { server: await planServer(site, stack) }),
  };
}

/** The way to a registry as its client takes it. */
export async function withAuthority({ username, password, ca, ...way }: RegistryWay): Promise<RegistryOptions> {
  return {
    ...way,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(await authority(ca)),
  };
}

function wayTo(url: string) {
  const { protocol, host } = new URL(url);
  return { address: host, insecure: protocol === "http:" };
}

async function planServer(site: RegistrySettings, stack: string): Promise<PlannedServer> {
  const { port, version, architecture, data, s3, tls, users, upstream } = site;
  const files = await filesOf(site, stack);
  const contents = files.map((file) => ("content" in file ? file.content : file.digest));
  const outward = s3 !== undefined || upstream !== undefined;
  return {
    ...{ port, version, ...(architecture !== undefined && { architecture }), files },
    volumes: [
      { source: ON_HOST, target: REGISTRY_ETC, readOnly: true },
      ...(s3 ? [] : [{ source: data ?? "registry-data", target: REGISTRY_DATA }]),
      ...(outward ? [{ source: "/etc/ssl/certs", target: "/etc/ssl/certs", readOnly: true }] : []),
    ],
    env: outward ? { SSL_CERT_DIR: `/etc/ssl/certs:${REGISTRY_ETC}/${AUTHORITIES}` } : {},
    ready: { port, path: "/v2/", status: users ? 401 : 200, tls: tls !== undefined },
    // Slow to compute: it stands in the open, and must not let anybody guess at the passwords in the files.
    revision: scryptSync(JSON.stringify(contents), stack, 16).toString("hex"),
  };
}

async function filesOf(site: RegistrySettings, stack: string): Promise<PlannedFile[]> {
  const { s3, tls, users, upstream } = site;
  const text = (name: string, path: string, content: string, secret: boolean): PlannedFile => {
    return { name, path: `${ON_HOST}/${path}`, mode: "0600", secret, content };
  };
  const copy = async (name: string, path: string, source: string | undefined): Promise<PlannedFile[]> => {
    const from = source === undefined ? undefined : await fileBeside(source);
    return from ? [{ name, path: `${ON_HOST}/${path}`, mode: "0644", secret: false, ...from }] : [];
  };
  const secret = s3 !== undefined || upstream?.password !== undefined;
  return [
    text("config", "config.yml", renderConfig(site), secret),
    ...(users ? [text("users", "htpasswd", await renderHtpasswd(users, stack), true)] : []),
    ...(tls ? [text("key", "tls.key", tls.key, true)] : []),
    ...(await copy("certificate", "tls.crt", tls?.certificate)),
    ...(await copy("s3-ca", `${AUTHORITIES}/s3.crt`, s3?.ca)),
    ...(await copy("upstream-ca", `${AUTHORITIES}/upstream.crt`, upstream?.ca)),
  ];
}

async function fileBeside(source: string): Promise<{ source: string; digest: string }> {
  return { source, digest: digestOf(await pemFile(source)) };
}
