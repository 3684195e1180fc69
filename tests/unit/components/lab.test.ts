import { Lab } from "../../../components/lab";
import { registrations } from "./recorder";
import { here, planned, standing } from "./site";

test("hosts of the lab are made, those that exist are passed on", async () => {
  const seed = planned("seed", "10.77.0.10");
  const builder = standing("builder", "192.0.2.20");
  let machines: Lab["machines"] = {};
  const found = await registrations(() => {
    machines = new Lab("lab", { host: here, hosts: { seed, builder } }).machines;
  });
  expect(found).toEqual({
    "Lab lab": { args: {}, parent: "", dependsOn: [], deletedWith: "" },
    "lab:Host lab-seed": {
      args: { ...seed.lab, host: here, name: "seed" },
      parent: "Lab lab",
      dependsOn: [],
      deletedWith: "",
    },
  });
  expect(machines["builder"]).toEqual(builder);
  expect(machines["seed"]).toMatchObject({ connection: seed.connection, resource: expect.anything() });
});
