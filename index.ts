import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { assertArguments } from "./components/arguments";
import { Lab } from "./components/lab";
import { Overcloud } from "./components/overcloud";
import { Seed } from "./components/seed";
import { Undercloud } from "./components/undercloud";
import { readSite, type Site } from "./config";
import { planSite, type SitePlan } from "./plan/site";

const HERE = { kind: "local", name: "localhost" } as const;

/** Everything that decides which resources exist is awaited before the first of them. */
export = async () => {
  const site = readSite();
  const clients = [site.seed.host, ...site.undercloud.nodes];
  const plan = await planSite(
    { ...site, ...site.seed, registryHost: site.seed.host, clients },
    {
      ...{ project: pulumi.getProject(), stack: pulumi.getStack(), preview: pulumi.runtime.isDryRun() },
      ...{ directory: ".state", runner: join(__dirname, "runner.cjs") },
    },
  );
  for (const { about, text, warning } of plan.notes) {
    void pulumi.log[warning ? "warn" : "info"](`${about}: ${text}`);
  }
  const outputs = build(site, plan);
  assertArguments();
  return outputs;
};

function build(site: Site, plan: SitePlan) {
  const { machines } = new Lab("lab", { host: HERE, hosts: plan.hosts });
  const machine = (name: string) => {
    const found = machines[name];
    if (!found) throw new Error(`no host "${name}" in the plan`);
    return found;
  };
  const { content } = plan;
  const seed = new Seed("seed", {
    machine: machine(site.seed.host),
    builder: HERE,
    registry: plan.registry,
    registryRecipe: plan.registryRecipe,
    images: plan.images,
    registries: site.registries,
    collect: site.seed.registry.collectGarbage ? plan.held : undefined,
    content: content && {
      ...{ keeper: machine(content.keeper), builders: machines, plan: content, clients: content.clients },
      indexes: content.asked,
    },
  });
  const nodes = Object.fromEntries(site.undercloud.nodes.map((name) => [name, machine(name)]));
  const installs = { packages: content?.clients, indexes: content?.asked, publicKey: seed.content?.publicKey };
  const trust = { registry: seed.trust, ...installs };
  const undercloud = new Undercloud("undercloud", { nodes, ...trust }, { dependsOn: [seed] });
  if (site.overcloud) {
    const { deployHost, inventory } = site.overcloud;
    new Overcloud(
      "overcloud",
      { deployMachine: machine(deployHost), inventory, machines },
      { dependsOn: [undercloud] },
    );
  }
  return {
    registry: seed.trust.address,
    images: seed.lists,
    architectures: seed.architectures,
    ...(seed.content && {
      ...{ content: seed.content.url, mirrors: seed.content.mirrors, indexes: seed.content.indexes },
      sources: seed.content.sources,
      holes: Object.fromEntries((content?.indexes ?? []).map(({ name, holes }) => [name, holes])),
    }),
  };
}
