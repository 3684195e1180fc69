// Images copied from one registry of this machine to another: many small blobs, and few large ones. Each tool finds the
// target empty. Skopeo and crane are run as a person does, one image after the other, and eight at once.
import { execFile } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { promisify } from "node:util";
import { imageOf } from "../lib/oci/build";
import { RegistryClient } from "../lib/oci/client";
import { copyImage } from "../lib/oci/copy";
import { blobOf, type Image } from "../lib/oci/image";
import { OCI_LAYER } from "../lib/oci/media-types";
import { pushImage } from "../lib/oci/push";
import { inParallel } from "../lib/parallel";
import { startRegistry } from "../tests/support/registry";
import { rounds } from "./support/compare";
import { heading, median, print } from "./support/figure";
import { built } from "./support/list-makers";

const PLATFORM = { os: "linux", architecture: "amd64" };
const AT_ONCE = 8;

/** Copies what stands as `v1` in these repositories. */
type Copier = (from: string, to: string, images: readonly Image[]) => Promise<unknown>;

const ours: Copier = async (from, to, images) => {
  const [source, target] = [from, to].map((address) => new RegistryClient({ address, insecure: true })) as [
    RegistryClient,
    RegistryClient,
  ];
  await inParallel(
    [...images.entries()],
    AT_ONCE,
    async ([
      index,
      {
        manifest: { digest },
      },
    ]) => {
      const repository = `image-${index}`;
      const want = { digest, platform: PLATFORM };
      await copyImage({ client: source, repository }, { client: target, repository, tag: "v1" }, want);
    },
  );
  await Promise.all([source.close(), target.close()]);
};

/** `@` stands for an image's name. */
const tool =
  (command: (from: string, to: string) => string, atOnce: number): Copier =>
  async (from, to, images) => {
    const line = `seq -f image-%g 0 ${images.length - 1} | xargs -P ${atOnce} -I@ ${command(`${from}/@:v1`, `${to}/@:v1`)}`;
    await promisify(execFile)("bash", ["-c", `set -o pipefail; ${line}`]);
  };
const bySkopeo = (from: string, to: string) =>
  `skopeo copy -q --src-tls-verify=false --dest-tls-verify=false docker://${from} docker://${to}`;
const crane = built("crane");
const byCrane = (from: string, to: string) => `${crane} copy --insecure ${from} ${to}`;

async function milliseconds(copier: Copier, from: string, images: readonly Image[]): Promise<number> {
  const target = await startRegistry();
  try {
    const begin = performance.now();
    await copier(from, target.address, images);
    return performance.now() - begin;
  } finally {
    await target.close();
  }
}

async function compare(title: string, images: readonly Image[], goal: number): Promise<void> {
  const source = await startRegistry();
  const client = new RegistryClient({ address: source.address, insecure: true });
  try {
    await inParallel([...images.entries()], AT_ONCE, ([index, image]) =>
      pushImage(client, `image-${index}`, "v1", image),
    );
    const peers = Object.entries({ skopeo: bySkopeo, crane: byCrane }).flatMap(([name, command]) =>
      [1, AT_ONCE].map((atOnce) => [`${name}, ${atOnce} at once`, tool(command, atOnce)] as const),
    );
    const taken = new Map<string, number[]>();
    for (let round = 0; round < rounds(3); round++) {
      for (const [name, copier] of [["ours", ours] as const, ...peers]) {
        taken.set(name, [...(taken.get(name) ?? []), await milliseconds(copier, source.address, images)]);
      }
    }
    const of = (name: string) => median(taken.get(name) ?? []);
    for (const [name] of peers)
      print({ name: `${title}: ${name}`, ours: of("ours"), peer: of(name), unit: "ms", goal });
  } finally {
    await client.close();
    await source.close();
  }
}

const random = (count: number, layers: () => number[]): Image[] =>
  Array.from({ length: count }, () =>
    imageOf(
      layers().map((size) => blobOf(OCI_LAYER, randomBytes(size))),
      PLATFORM,
    ),
  );

heading("make bench ONLY=copy");
void (async () => {
  await compare(
    "20 x 50 blobs of 4-64 kB",
    random(20, () => Array.from({ length: 50 }, () => randomInt(4e3, 64e3))),
    0.67,
  );
  await compare(
    "3 x 2 blobs of 200 MB",
    random(3, () => [2e8, 2e8]),
    1,
  );
})();
