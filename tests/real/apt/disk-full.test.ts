import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mirror } from "../../../lib/apt/mirror";
import { aptPlane } from "../../../lib/apt/plane";
import { readSummary } from "../../../lib/apt/summary";
import { digestOf } from "../../../lib/content/digest";
import { serve } from "../../../lib/content/served";
import { ContentStore } from "../../../lib/content/store";
import { ArchiveKey, packageOf, TestArchive } from "../../support/apt/archive";

let key: ArchiveKey;
let archive: TestArchive;
let disk: string;
beforeAll(async () => {
  key = new ArchiveKey();
  archive = await TestArchive.start();
  disk = mkdtempSync(join(tmpdir(), "disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
});
afterAll(async () => {
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
  key.remove();
  await archive.close();
});

const small = [packageOf("small", "1", 1000)];
const large = Array.from({ length: 40 }, (_, n) => packageOf(`large-${n}`, "1", n % 2 ? 20_000 : 100_000));

test("a disk that fills up in the middle is told once; what stood stays, and the next run goes on", async () => {
  const source = { uri: archive.uri, suite: "trixie", components: ["main"], architectures: ["amd64"], sources: false };
  const order = { store: disk, name: "site", suites: [{ ...source, trust: { keyrings: [key.keyring] } }] };
  const run = () => mirror(order, () => {}, new AbortController().signal);
  archive.publish("trixie", small, { key, date: new Date(Date.UTC(2026, 0, 1)) });
  const { manifest } = await run();
  const store = new ContentStore(disk);
  await serve(aptPlane, store, "site", manifest, { [archive.uri]: "debian" });

  archive.publish("trixie", large, { key, date: new Date(Date.UTC(2026, 0, 2)) });
  const ballast = join(disk, "ballast");
  const fill = (bytes: Buffer) => {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 300_000));
    return bytes;
  };
  archive.fail({ path: /large-2_/, bytes: fill });
  await expect(run()).rejects.toThrow(new RegExp(`^the disk of ${disk} is full. Try: more room`));
  expect((await readSummary(disk, "site"))?.manifest).toBe(manifest);
  const release = join(disk, "served/site/debian/dists/trixie/InRelease");
  expect(digestOf(readFileSync(release))).toBe((await readSummary(disk, "site"))?.suites[0]?.head);

  rmSync(ballast);
  archive.requests.length = 0;
  const result = await run();
  const files = await aptPlane.files(store, result.manifest);
  for (const { digest } of files) expect(digestOf(readFileSync(store.path(digest)))).toBe(digest);
  expect(archive.requests).not.toContain("dists/trixie/main/binary-amd64/Packages.xz");
});
