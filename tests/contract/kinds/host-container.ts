import { createReadStream } from "node:fs";
import { loadImage } from "../../../lib/docker/image";
import { Container } from "../../../providers/host/container";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { type LabGround, labHost, words } from "../../support/lab-host";

const SECRET = "a-value-nobody-may-read";
const NAME = "contract";

export const hostContainer: MakeFixture = () => {
  let ground: LabGround;
  let foreign = "";
  const docker = (...argv: string[]) => ground.host.exec(["docker", ...argv]);
  const args = () =>
    Container.definition.schema.parse({
      ...{ host: ground.connection, name: NAME, ...ground.image, env: { REGISTRY_HTTP_SECRET: SECRET } },
      volumes: [{ source: `${NAME}-data`, target: "/var/lib/registry" }],
      deleteData: true,
    });
  return {
    resource: Container,
    module: "providers/host/container",
    async setup() {
      ground = await labHost();
    },
    teardown: async () => undefined,
    args,
    changed: () => ({ ...args(), restart: "always" }),
    replaced: () => ({
      ...args(),
      ...{
        name: `${NAME}-other`,
        volumes: [{ source: `${NAME}-other-data`, target: "/var/lib/registry", readOnly: false }],
      },
    }),
    bad: [
      { args: { image: "registry:2" }, path: "image" },
      { args: { env: { TOKEN: `${SECRET}\n` } }, path: "env.TOKEN" },
      { args: { ports: [{ host: 0, container: 5000 }] }, path: "ports.0.host" },
      { args: { restart: "sometimes" }, path: "restart" },
      { args: { host: { kind: "ssh", name: "b", address: "b", password: PASSWORD } }, path: "host.hostKey" },
    ],
    async drift() {
      await docker("stop", NAME);
      return "running";
    },
    lose: async () => void (await docker("rm", "--force", NAME)),
    async foreign() {
      await loadImage(ground.host, { stream: () => createReadStream(ground.image.archive) }, ground.image.image);
      const run = ["run", "--detach", `--name=${NAME}`, "--restart=on-failure:3", "--memory=64m", "--memory-swap=64m"];
      foreign = (await docker(...run, ground.image.image)).stdout.toString().trim();
    },
    async foreignIntact() {
      const format =
        "{{.Id}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}} {{.State.Running}} {{.HostConfig.Memory}}";
      const [id, ...rest] = await words(ground.host, "docker", "inspect", "--format", format, NAME);
      return id === foreign && rest.join(" ") === `on-failure 3 true ${64 * 1024 * 1024}`;
    },
    async removeForeign() {
      await docker("rm", "--force", "--volumes", NAME);
      await docker("volume", "rm", "--force", `${NAME}-data`);
    },
    // The host is ours alone: all that its Docker holds but images.
    residue: async () => [
      ...(await words(ground.host, "docker", "ps", "--all", "--format={{.Names}}")),
      ...(await words(ground.host, "docker", "volume", "ls", "--quiet")),
    ],
    unreachable: () => ({ host: refusing(ground.connection.name) }),
    dormant: () => ({ host: refusing(ground.connection.name, { dormant: true }) }),
    secrets: [SECRET, PASSWORD],
  };
};
