import { PIP_CONF, renderClientConfig, UV_TOML } from "../../../lib/pypi/client-config";
import { PipConfig } from "../../../providers/host/pip-config";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { type LabGround, labHost, words } from "../../support/lab-host";

const FOREIGN = "[global]\nindex-url = http://theirs/simple\n";

export const hostPipConfig: MakeFixture = () => {
  let ground: LabGround;
  const index = (name: string) => `http://192.0.2.1:8000/${name}/simple/`;
  const args = () => ({ host: ground.connection, index: index("pypi") });
  const removeBoth = async () => {
    for (const path of [PIP_CONF, UV_TOML]) await ground.host.removeFile(path);
  };
  const there = async (path: string) => (await ground.host.readFile(path))?.toString();
  return {
    resource: PipConfig,
    module: "providers/host/pip-config",
    async setup() {
      ground = await labHost();
    },
    teardown: async () => undefined,
    args,
    changed: () => ({ ...args(), index: index("other") }),
    bad: [
      { args: { index: "ftp://index" }, path: "index" },
      { args: { index: "http://user:word@index/simple" }, path: "index" },
    ],
    async drift() {
      await ground.host.writeFile(UV_TOML, "");
      return "index";
    },
    lose: removeBoth,
    foreign: () => ground.host.writeFile(PIP_CONF, FOREIGN),
    foreignIntact: async () => (await there(PIP_CONF)) === FOREIGN && (await there(UV_TOML)) === undefined,
    // Where the mark is lost, the whole of ours stands.
    removeForeign: removeBoth,
    async residue() {
      const paths = Object.keys(renderClientConfig(index("pypi")));
      return words(ground.host, "sh", "-c", 'ls "$@" 2>/dev/null; true', "sh", ...paths);
    },
    unreachable: () => ({ host: refusing(ground.connection.name) }),
    dormant: () => ({ host: refusing(ground.connection.name, { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
