import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registryRecipe } from "../../../lib/lab/registry-image";
import { RegistryImage } from "../../../providers/lab/registry-image";
import { DynamicProvider } from "../../support/dynamic-provider";
import { objectWrites } from "../../support/fixture";
import { local } from "../../support/lab-host";
import { ResourceState } from "../../support/state";

jest.setTimeout(120_000);

// Not among the fixtures: a cache belongs to nobody, so it is neither adopted, changed nor taken away.
describe("lab:RegistryImage", () => {
  const before = process.env["XDG_CACHE_HOME"];
  const { definition } = RegistryImage;
  let cache: string;
  let args: Record<string, unknown>;
  let provider: DynamicProvider;
  let state: ResourceState;

  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), "registry-image-"));
    process.env["XDG_CACHE_HOME"] = cache;
    args = { host: { kind: "local", name: "localhost" }, usedBy: "contract", recipe: await registryRecipe(local) };
    provider = await DynamicProvider.start(definition.kind);
    state = new ResourceState(definition);
  });
  afterAll(async () => {
    await provider.stop();
    await rm(cache, { recursive: true });
    if (before === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before;
  });
  const archives = async () =>
    (await readdir(join(cache, "openstack-site/images"))).filter((name) => name.endsWith(".tar"));

  it("is made by the next up after a kill in the middle", async () => {
    const doomed = await DynamicProvider.start(definition.kind);
    doomed.process.crashAt(10);
    await expect(state.up(doomed, args)).rejects.toThrow();
    expect(await doomed.stop()).toBe("SIGKILL");
    expect(await archives()).toEqual([]);
    await state.up(provider, args);
    expect(await archives()).toHaveLength(1);
    expect(await state.mark(args)).toMatchObject({ state: "done" });
  });

  it("is left alone by a second up, and by an update", async () => {
    expect(await state.up(provider, args)).toBe("same");
    const writes = provider.process.writes().length;
    await provider.update(state.id, state.outputs, state.inputs);
    expect(objectWrites(provider.process.writes().slice(writes))).toEqual([]);
  });

  it("is made again with the same ID when the cache was emptied", async () => {
    const { imageId } = state.outputs;
    await rm(join(cache, "openstack-site/images"), { recursive: true });
    await state.refresh(provider);
    expect(state.id).toBe("");
    expect(await state.up(provider, args)).toBe("create");
    expect(state.outputs["imageId"]).toBe(imageId);
  });

  it("is refused where its packages are no longer those planned", async () => {
    await expect(state.up(provider, { ...args, recipe: "0".repeat(64) })).rejects.toThrow(/Try: run pulumi up again/);
    expect(await state.up(provider, args)).toBe("update");
  });

  it("may be deleted twice, and stays for others", async () => {
    const { id, outputs } = state;
    await provider.delete(id, outputs);
    await provider.delete(id, outputs);
    expect(await state.mark(args)).toBeUndefined();
    expect(await archives()).toHaveLength(1);
  });
});
