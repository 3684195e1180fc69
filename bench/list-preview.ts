// A preview of images for three architectures and the lists over them, without change, against one of as many stubs.
import { RegistryClient } from "../lib/oci/client";
import { aside, bench } from "./support/aside";
import { AS_WE_RUN, rounds, sizes } from "./support/compare";
import { Contest } from "./support/contest";
import { heading, print } from "./support/figure";
import { ARCHITECTURES, childOf, fill, imagesOf, listOf, type Named, tagOf } from "./support/listed";
import { ours, stub } from "./support/project";

const program = (address: string, sets: readonly Named[]): string => `
import { Image } from "./providers/oci/image";
import { ManifestList } from "./providers/oci/manifest-list";
const registry = { address: "${address}", insecure: true };
const sets = ${JSON.stringify(
  sets.map(([repository, images]) => ({
    ...{ repository, digest: listOf(images).manifest.digest },
    children: images.map((image) => ({ ...childOf(image), tag: tagOf(image) })),
  })),
)};
for (const { repository, digest, children } of sets) {
  const images = children.map(({ tag, digest, platform }) =>
    new Image(repository + tag, { registry, repository, tag, digest, platform, source: "unused", adopt: true }));
  new ManifestList(repository, { registry, repository, tag: "v1", digest, children }, { dependsOn: images });
}
`;

/** The images stand already and are taken over, so that the time is the resources' and not the bytes'. */
async function preview(count: number): Promise<void> {
  const registry = await aside();
  const client = new RegistryClient({ address: registry.address, insecure: true });
  const total = count * (ARCHITECTURES.length + 1);
  const sets = imagesOf(count, "site");
  await fill(client, sets);
  const contest = new Contest({
    ours: ours(program(registry.address, sets), AS_WE_RUN),
    bare: stub("bare", total),
    preloaded: stub("preloaded", total, AS_WE_RUN),
  });
  try {
    contest.run("up");
    for (let round = 0; round < rounds(3); round++) contest.run("preview");
    const figure = (peer: "bare" | "preloaded") =>
      ({ ours: contest.time("ours", "preview"), peer: contest.time(peer, "preview"), unit: "ms" }) as const;
    print({ name: `preview of ${total} images and lists`, ...figure("bare"), goal: 1.2 });
    print({ name: "  against a stub with our start and settings", ...figure("preloaded") });
  } finally {
    contest.remove();
    await client.close();
    await registry.close();
  }
}

bench(async () => {
  heading("make bench ONLY=list-preview");
  for (const count of sizes([120])) await preview(count);
});
