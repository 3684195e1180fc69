import { parseSite } from "../../../config";

const good = {
  lab: { network: { subnet: "10.77.0.0/24" }, hosts: { seed: { address: "10.77.0.10" } } },
  seed: { host: "seed", registry: { port: 4000 } },
};
const mistakes = (values: object): string[] => {
  try {
    parseSite(values as typeof good, "Pulumi.dev.yaml");
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  throw new Error("accepted");
};

test("defaults are filled in", () => {
  expect(parseSite(good, "Pulumi.dev.yaml")).toMatchObject({
    lab: { network: { internal: true } },
    undercloud: { nodes: [] },
  });
});

test("every mistake is reported at once, with its path and an example", () => {
  const found = mistakes({
    lab: { network: { subnet: "10.77.0.0/99" }, hosts: { seed: { address: "here" } } },
    seed: { host: "sead", registry: { port: 5000 }, images: [{ repository: "A", tag: "v1", architectures: ["mips"] }] },
    undercloud: { nodes: ["control1"] },
    layer: [],
  });
  expect(found[0]).toBe("Pulumi.dev.yaml has 8 mistakes; nothing was touched:");
  const line = (path: string) => found.find((text) => text.startsWith(`  - ${path}:`));
  expect(line("lab.network.subnet")).toContain('Example: network: {"subnet":"10.77.0.0/24"}');
  expect(line("lab.hosts.seed.address")).toContain('Example: address: "10.77.0.10"');
  expect(line("seed.registry.port")).toContain("Keystone's port");
  expect(line("seed.images.0.repository")).toContain("a repository of lower-case words");
  expect(line("seed.images.0.architectures.0")).toContain("amd64");
  expect(line("seed.host")).toContain('no host "sead"; there are: seed');
  expect(line("undercloud.nodes.0")).toContain('no host "control1"');
  expect(line("(file)")).toContain("layer");
});

test("registries nobody named, images named twice, and what no source is", () => {
  const image = { repository: "site/hello", tag: "v1", architectures: ["amd64"] };
  const found = mistakes({
    ...good,
    registries: { upstream: { address: "https://registry.example.org" } },
    seed: {
      ...good.seed,
      images: [
        { ...image, from: { registry: "elsewhere" } },
        image,
        { ...image, tag: "v2", from: { names: { mips: "x" } } },
      ],
      imageLists: [{ file: "IMAGELIST", namespace: "linuxone", tag: "queens", suffixes: {}, registry: "else" }],
    },
  });
  const line = (path: string) => found.find((text) => text.startsWith(`  - ${path}:`));
  expect(line("registries.upstream.address")).toContain("host:port, without a scheme");
  expect(line("seed.images.0.from.registry")).toContain('no registry "elsewhere"; there are: upstream');
  expect(line("seed.images.1")).toContain("site/hello:v1 is there already");
  expect(line("seed.images.2.from.names")).toContain('Unrecognized key: "mips"');
  expect(line("seed.imageLists.0.registry")).toContain('no registry "else"');
});
