export const PIP_CONF = "/etc/pip.conf";
export const UV_TOML = "/etc/uv/uv.toml";

/** What pip and uv read, so that they ask this index and no other; by the path of each file. */
export function renderClientConfig(index: string): Record<string, string> {
  const { protocol, hostname } = new URL(index);
  // pip takes nothing over plain HTTP unless the host is named.
  const trusted = protocol === "http:" ? [`trusted-host = ${hostname}`] : [];
  return {
    [PIP_CONF]: ["[global]", `index-url = ${index}`, ...trusted, "disable-pip-version-check = true", ""].join("\n"),
    [UV_TOML]: ["[[index]]", `url = ${JSON.stringify(index)}`, "default = true", ""].join("\n"),
  };
}
