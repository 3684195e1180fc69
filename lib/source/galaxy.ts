import { type Collection, fullName } from "./collection";

/**
 * What `ansible-galaxy` asks a Galaxy for (API v3), as files: it reads directories, which a web server answers with
 * their index. It wants absolute addresses.
 */
export function galaxyFiles(collections: readonly Collection[], address: string): Map<string, unknown> {
  const files = new Map<string, unknown>([["api/index.html", { available_versions: { v3: "v3/" } }]]);
  for (const each of collections) {
    const { namespace, name, version } = each;
    const root = `api/v3/collections/${namespace}/${name}`;
    const all = collections.filter((other) => fullName(other) === fullName(each)).map((other) => other.version);
    files.set(`${root}/index.html`, { namespace, name });
    files.set(`${root}/versions/index.html`, {
      ...{ meta: { count: all.length }, links: { next: null } },
      data: all.toSorted().map((one) => ({ version: one })),
    });
    files.set(`${root}/versions/${version}/index.html`, versionOf(each, address));
  }
  return files;
}

function versionOf({ namespace, name, version, dependencies, file }: Collection, address: string): unknown {
  const { path, digest, size } = file;
  return {
    ...{ name, version, namespace: { name: namespace }, collection: { name } },
    href: `${address}/api/v3/collections/${namespace}/${name}/versions/${version}/`,
    download_url: `${address}/${path}`,
    artifact: { filename: path.split("/").at(-1), sha256: digest.slice("sha256:".length), size },
    metadata: { dependencies },
    signatures: [],
  };
}

/** What `ansible-galaxy collection install -r` takes; of a name with several versions, it takes the newest that fits. */
export function requirements(collections: readonly Collection[], address: string): string {
  const entries = [...new Set(collections.map(fullName))].sort().map((name) => {
    const [only, another] = collections.filter((each) => fullName(each) === name);
    const version = only && !another ? `    version: "${only.version}"\n` : "";
    return `  - name: ${name}\n${version}    source: ${address}/api/\n`;
  });
  return `collections:\n${entries.join("")}`;
}
