import { DAEMON_CONFIG } from "../../../lib/docker/daemon";
import { DockerSettings } from "../../../providers/host/docker-settings";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { type LabGround, labHost } from "../../support/lab-host";

const [ONE, TWO] = ["10.1.1.1:5000", "10.1.1.2:5000"] as const;
/** Written as nobody else would, so that only the very bytes are the same. */
const FOREIGN = '{"debug":   false,\n\n "insecure-registries": [ "10.9.9.9:5000" ]}';

export const hostDockerSettings: MakeFixture = () => {
  let ground: LabGround;
  const read = async () => (await ground.host.readFile(DAEMON_CONFIG))?.toString();
  const args = () => ({ host: ground.connection, settings: { "insecure-registries": [ONE] } });
  /** Registries of ours that the daemon itself has taken up. */
  const taken = async () => {
    const { stdout } = await ground.host.exec(["docker", "info", "--format", "{{json .RegistryConfig.IndexConfigs}}"]);
    return Object.keys(JSON.parse(stdout.toString()) as object).filter((name) =>
      [ONE, TWO].includes(name as "a" & "b"),
    );
  };
  return {
    resource: DockerSettings,
    module: "providers/host/docker-settings",
    async setup() {
      ground = await labHost();
    },
    teardown: async () => undefined,
    args,
    changed: () => ({ ...args(), settings: { "insecure-registries": [ONE, TWO] } }),
    bad: [
      { args: { settings: ["debug"] }, path: "settings" },
      { args: { host: { kind: "ssh", name: "b", address: "b" } }, path: "host.hostKey" },
    ],
    async drift() {
      await ground.host.writeFile(DAEMON_CONFIG, "{}\n");
      return "settings";
    },
    foreign: () => ground.host.writeFile(DAEMON_CONFIG, FOREIGN),
    foreignIntact: async () => (await read()) === FOREIGN && (await taken()).length === 0,
    async removeForeign() {
      // On reload a daemon leaves alone what the file no longer names.
      await ground.host.writeFile(DAEMON_CONFIG, '{"insecure-registries": []}');
      await ground.host.exec(["systemctl", "reload", "docker"]);
      await ground.host.removeFile(DAEMON_CONFIG);
    },
    async residue() {
      const text = await read();
      return [...(text === undefined ? [] : [text]), ...(await taken())];
    },
    unreachable: () => ({ host: refusing(ground.connection.name) }),
    dormant: () => ({ host: refusing(ground.connection.name, { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
