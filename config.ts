import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { aptMirror } from "./config/apt";
import { content } from "./config/content";
import { contentMistakes } from "./config/content-rules";
import { image, imageList } from "./config/image";
import { type Mistake, unknownNames } from "./config/names";
import { pypiIndex } from "./config/pypi";
import { registry } from "./config/registry";
import { registryMistakes } from "./config/registry-rules";
import { contentSource } from "./config/source";
import { upstream } from "./config/upstream";
import { hostName, localWay, sshWay } from "./lib/host/connection";

const address = z.ipv4().meta({ description: "An IPv4 address", examples: ["10.77.0.10"] });
const hostReference = hostName.meta({ description: "A name from hosts or lab.hosts", examples: ["seed"] });
const path = z.string().regex(/^(\/[^/:\0]+)+$/, "an absolute path without a colon");
const disk = z.strictObject({ source: path, target: path }).meta({
  description: "A directory of this machine that the host sees and cannot write to, as a disk that is carried over",
  examples: [{ source: "/srv/content", target: "/srv/content" }],
});
const lab = z.strictObject({
  network: z
    .strictObject({
      subnet: z.cidrv4(),
      internal: z.boolean().default(true).meta({ description: "No route out: the lab proves the air gap" }),
    })
    .meta({ examples: [{ subnet: "10.77.0.0/24" }] }),
  hosts: z
    .record(hostName, z.strictObject({ address, disks: z.array(disk).optional() }))
    .meta({ description: "Machines made here as containers", examples: [{ seed: { address: "10.77.0.10" } }] }),
});

const seed = z
  .strictObject({
    host: hostReference,
    registry,
    images: z.array(image).default([]),
    imageLists: z.array(imageList).default([]),
    content: content.optional(),
    apt: z.array(aptMirror).default([]),
    pypi: z.array(pypiIndex).default([]),
    sources: z.array(contentSource).default([]),
  })
  .meta({ examples: [{ host: "seed", registry: { port: 4000 } }] });

const undercloud = z
  .strictObject({ nodes: z.array(hostReference).default([]) })
  .meta({ examples: [{ nodes: ["control1"] }] });

const overcloud = z
  .strictObject({
    deployHost: hostReference,
    inventory: z
      .record(z.string().regex(/^[a-z][a-z0-9_-]*$/, "a group of kolla-ansible's inventory"), z.array(hostReference))
      .meta({ description: "kolla-ansible's groups", examples: [{ control: ["control1"], compute: ["control1"] }] }),
  })
  .meta({ examples: [{ deployHost: "seed", inventory: { control: ["control1"] } }] });

/** Everything a stack file may say. docs/reference/configuration.md and the editors' schema are made from it. */
export const siteSchema = z.strictObject({
  lab: lab.optional(),
  hosts: z
    .record(hostName, z.discriminatedUnion("kind", [z.strictObject(localWay), z.strictObject(sshWay)]))
    .default({})
    .meta({
      description: "Machines that exist",
      examples: [{ seed: { kind: "ssh", address: "192.0.2.10", hostKey: "ssh-ed25519 AAAAC3Nza..." } }],
    }),
  registries: z
    .record(hostName, upstream)
    .default({})
    .meta({
      description: "Registries the images come from",
      examples: [{ upstream: { address: "registry.example.org" } }],
    }),
  seed,
  undercloud: undercloud.default({ nodes: [] }),
  overcloud: overcloud.optional(),
});

export type Site = z.output<typeof siteSchema>;

/** The site of this stack, or every mistake in its file at once, each with its path and an example. */
export function readSite(): Site {
  const namespace = `${pulumi.getProject()}:`;
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(namespace));
  const config = new pulumi.Config();
  const values = Object.fromEntries(
    keys.map((key) => key.slice(namespace.length)).map((key) => [key, config.requireObject(key)]),
  );
  return parseSite(values as z.input<typeof siteSchema>, `Pulumi.${pulumi.getStack()}.yaml`);
}

export function parseSite(values: z.input<typeof siteSchema>, file: string): Site {
  const parsed = siteSchema.safeParse(values);
  const mistakes: Mistake[] = [
    ...(parsed.error?.issues ?? []),
    ...unknownNames(values),
    ...registryMistakes(values),
    ...contentMistakes(values),
  ];
  if (parsed.success && mistakes.length === 0) return parsed.data;
  const lines = mistakes.map(({ path, message }) => `  - ${path.join(".") || "(file)"}: ${message}${example(path)}`);
  const count = lines.length === 1 ? "1 mistake" : `${lines.length} mistakes`;
  throw new pulumi.RunError(`${file} has ${count}; nothing was touched:\n${lines.join("\n")}`);
}

/** The example nearest to a path, from the schema's own metadata. */
function example(path: readonly PropertyKey[]): string {
  type Node = { properties?: Record<string, Node>; additionalProperties?: Node; items?: Node; examples?: unknown[] };
  let node: Node | undefined = z.toJSONSchema(siteSchema, { io: "input", unrepresentable: "any" }) as Node;
  let nearest = "";
  for (const step of path) {
    node = typeof step === "number" ? node?.items : (node?.properties?.[String(step)] ?? node?.additionalProperties);
    if (node?.examples) nearest = `. Example: ${String(step)}: ${JSON.stringify(node.examples[0])}`;
  }
  return nearest;
}
