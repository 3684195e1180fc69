import type { Host } from "../host/host";

const PUBLIC = "https://pypi.org/simple";

/** The index from which pip on a host installs, as its configuration and environment say; PyPI where they say nothing. */
export async function configuredIndex(host: Host): Promise<string> {
  const { stdout } = await host.exec(["sh", "-c", "pip3 config list 2>/dev/null || true"]);
  const settings = new Map(
    [...stdout.toString().matchAll(/^(\S+?)\.index-url='([^']+)'$/gm)].map(([, from, url]) => [from, url] as const),
  );
  return settings.get(":env:") ?? settings.get("install") ?? settings.get("global") ?? PUBLIC;
}
