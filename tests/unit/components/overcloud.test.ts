import { Overcloud, renderInventory } from "../../../components/overcloud";
import { registrations } from "./recorder";
import { here, standing } from "./site";

const machines = {
  seed: { connection: here },
  control1: standing("control1", "10.77.0.11"),
  compute1: { connection: { ...standing("compute1", "10.77.0.12").connection, user: "ops" } },
};
const inventory = { control: ["control1"], compute: ["compute1", "control1"], deployment: ["seed"], storage: [] };

// Recorded: kolla-ansible reads exactly this.
const TEXT = `[control]
control1 ansible_host=10.77.0.11 ansible_user=root

[compute]
compute1 ansible_host=10.77.0.12 ansible_user=ops
control1 ansible_host=10.77.0.11 ansible_user=root

[deployment]
seed

[storage]
`;

test("the inventory: groups and hosts in the order given, the way to each host beside it", () => {
  expect(renderInventory({ inventory, machines })).toBe(TEXT);
});

test("root where a connection names no user", () => {
  const { user, ...connection } = standing("control1", "10.77.0.11").connection;
  const text = renderInventory({ inventory: { control: ["control1"] }, machines: { control1: { connection } } });
  expect(text).toBe("[control]\ncontrol1 ansible_host=10.77.0.11 ansible_user=root\n");
});

test("the inventory as a file on the host that deploys, and nothing else", async () => {
  const deployMachine = standing("deploy", "10.77.0.20");
  const found = await registrations(() => new Overcloud("overcloud", { deployMachine, inventory, machines }));
  expect(found).toEqual({
    "Overcloud overcloud": { args: {}, parent: "", dependsOn: [], deletedWith: "" },
    "host:File overcloud-inventory": {
      args: { host: deployMachine.connection, path: "/etc/kolla/inventory", content: TEXT, mode: "0640" },
      parent: "Overcloud overcloud",
      dependsOn: [],
      deletedWith: "",
    },
  });
});
