import { loadImage } from "../../../lib/docker/image";
import { waitUntilAnswers } from "../../../lib/host/http-probe";
import { cacheDirectory } from "../../../lib/lab/cache";
import { ensureRegistryArchive, registryRecipe } from "../../../lib/lab/registry-image";
import { local, words } from "../../support/lab-host";
import { optionsSuite } from "../../support/options-suite";
import { goProgram, startRegistry } from "../../support/registry";
import { registrySuite } from "../../support/registry-suite";
import { s3Suite } from "../../support/s3-suite";

// The first build takes some minutes.
beforeAll(() => goProgram("registry"), 1_800_000);

registrySuite((options) => startRegistry({ ...options, version: 3 }), { deletesTags: true });
describe("with S3", () => s3Suite(3));
describe("with options", () => optionsSuite(3));

test("its image is made from the module, and runs", async () => {
  const kind = { version: 3 } as const;
  const recipe = await registryRecipe(local, kind);
  const { path, id } = await ensureRegistryArchive(local, cacheDirectory(), recipe, () => undefined, kind);
  const image = (await loadImage(local, { path }, id)).id;
  const name = `registry-v3-${process.pid}`;
  await local.exec(["docker", "run", "--detach", "--name", name, "--publish=127.0.0.1:0:5000", image]);
  try {
    const [published = ""] = await words(local, "docker", "port", name, "5000");
    const port = Number(published.split(":")[1]);
    await waitUntilAnswers(local, name, { port, path: "/v2/", status: 200, tls: false }, 10_000);
  } finally {
    await local.exec(["docker", "rm", "--force", name]);
  }
}, 120_000);
