import type { LabArgs } from "../../../components/lab";
import type { Machine } from "../../../components/machine";

export const here = { kind: "local", name: "localhost" } as const;

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDY0y0Yd6pXxYtN2nTfZr0xGmUu3bH3JYk0V1hYbqzYF";

/** A host that stands there already. */
export const standing = (name: string, address: string) =>
  ({ connection: { kind: "ssh", name, address, hostKey, user: "root" } }) satisfies Machine;

/** A host this stack makes, as plan/hosts answers. */
export const planned = (name: string, address: string) =>
  ({
    ...standing(name, address),
    lab: {
      network: { name: "openstack-site-test", subnet: "10.77.0.0/24", internal: true },
      address,
      hostKeyFile: `.state/keys/test/${name}`,
      authorizedKeys: [hostKey],
      recipe: "d".repeat(64),
    },
  }) satisfies LabArgs["hosts"][string];

/** The site's registry, as plan/registry answers. */
export const registry = {
  way: { address: "10.77.0.10:4000", insecure: true },
  server: {
    ...{ port: 4000, version: 2 as const, env: {}, revision: "1".repeat(32) },
    files: [{ name: "config", path: "/etc/config.yml", mode: "0600", secret: false, content: "{}" }],
    volumes: [{ source: "registry-data", target: "/var/lib/registry" }],
    ready: { port: 4000, path: "/v2/", status: 200, tls: false },
  },
};

/** One list over two images, as plan/images answers. */
export const hello = {
  repository: "site/hello",
  tag: "v1",
  adopt: false,
  holes: [],
  bases: [],
  digest: `sha256:${"f".repeat(64)}`,
  images: [image("amd64", "a"), image("s390x", "b")],
};

export function image(architecture: string, digit: string) {
  return {
    tag: `v1-${architecture}`,
    source: ".state/content",
    digest: `sha256:${digit.repeat(64)}`,
    size: 397,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    platform: { os: "linux", architecture },
  };
}
