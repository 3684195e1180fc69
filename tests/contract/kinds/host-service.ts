import { Service } from "../../../providers/host/service";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { type LabGround, labHost, words } from "../../support/lab-host";

const UNIT = `[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
`;

export const hostService: MakeFixture = () => {
  let ground: LabGround;
  const [unit, other] = ["contract.service", "contract-other.service"] as const;
  const systemctl = (...argv: string[]) => ground.host.exec(["systemctl", ...argv]);
  const args = () => ({ host: ground.connection, unit, enabled: true, active: true });
  /** Files that `systemctl enable` wrote, and units that run. */
  const standing = async () => [
    ...(await words(ground.host, "find", "/etc/systemd/system", "-type", "l", "-name", "contract*")),
    ...(await words(ground.host, "systemctl", "list-units", "--plain", "--no-legend", "--state=active", "contract*")),
  ];
  return {
    resource: Service,
    module: "providers/host/service",
    async setup() {
      ground = await labHost();
      for (const name of [unit, other]) await ground.host.writeFile(`/etc/systemd/system/${name}`, UNIT);
      await systemctl("daemon-reload");
    },
    async teardown() {
      for (const name of [unit, other]) await ground.host.removeFile(`/etc/systemd/system/${name}`);
      await systemctl("daemon-reload");
    },
    args,
    changed: () => ({ ...args(), enabled: false }),
    replaced: () => ({ ...args(), unit: other }),
    bad: [
      { args: { unit: "contract" }, path: "unit" },
      { args: { active: "yes" }, path: "active" },
      { args: { host: { kind: "ssh", name: "b", address: "b" } }, path: "host.hostKey" },
    ],
    async drift() {
      await systemctl("stop", unit);
      return "active";
    },
    // Enabled and not running: neither as we set it nor as it is without us.
    foreign: async () => void (await systemctl("enable", unit)),
    foreignIntact: async () => (await standing()).join() === `/etc/systemd/system/multi-user.target.wants/${unit}`,
    removeForeign: async () => void (await systemctl("disable", "--now", unit)),
    residue: standing,
    unreachable: () => ({ host: refusing(ground.connection.name) }),
    dormant: () => ({ host: refusing(ground.connection.name, { dormant: true }) }),
    secrets: [PASSWORD],
  };
};
