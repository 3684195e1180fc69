import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Batch, declared, nameOf } from "../../support/batch";
import type { KindFixture } from "../../support/fixture";
import { markOf } from "../../support/state";

jest.setTimeout(120_000);

/** The life of one stack, one CLI call a phase: each phase starts where the last one ended. */
describe("a stack of every kind, by the real CLI,", () => {
  let batch: Batch;

  beforeAll(async () => {
    batch = await Batch.start("life");
    // On a new machine the images of lab hosts and registries are made here, or waited for.
  }, 900_000);
  afterAll(() => batch.end());

  it("is created", async () => {
    batch.cli.declare(batch.site((kind) => kind.args()));
    const { output } = await batch.cli.up();
    expect(output).toMatch(new RegExp(`\\+ ${batch.kinds.length + 3} created`));
  });

  it("is then left alone", async () => {
    await batch.cli.succeed("preview", "--expect-no-changes");
  });

  it("loads the state of an older version", async () => {
    const state = JSON.parse(await batch.cli.state()) as { deployment: { resources: Recorded[] } };
    for (const kind of batch.kinds) {
      const name = kind.resource.definition.kind.replace(":", "-");
      const files = [`${name}${kind.variant ?? ""}`, name].map((each) => join(__dirname, `../recorded/${each}.json`));
      const file = files.find(existsSync) ?? files.join(" or ");
      const one = state.deployment.resources.find(({ urn }) => urn.endsWith(`::${nameOf(kind)}`));
      if (!one) throw new Error(`${nameOf(kind)} is not in the state`);
      expect({ file, recorded: existsSync(file) }).toEqual({ file, recorded: true });
      const known: Record<string, unknown> = { ...kind.args(), urn: one.urn, claim: one.outputs["__claim"] };
      const recorded = readFileSync(file, "utf8").replace(/"\{\{(\w+)\}\}"/g, (_, key) => JSON.stringify(known[key]));
      Object.assign(one, JSON.parse(recorded));
    }
    await batch.cli.importState(JSON.stringify(state));
    await batch.cli.succeed("preview", "--expect-no-changes");
  });

  it("is changed in place", async () => {
    batch.cli.declare(batch.site((kind) => kind.changed()));
    const { output } = await batch.cli.up();
    expect(output).toMatch(new RegExp(`~ ${batch.kinds.length} updated`));
  });

  it("shows what was changed by hand as a difference of that property, and is repaired", async () => {
    const keys: string[] = [];
    for (const kind of batch.kinds) keys.push(await kind.drift());
    const steps = await batch.cli.preview();
    batch.kinds.forEach((kind, at) => {
      const step = steps.find(({ urn }) => urn.endsWith(`::${nameOf(kind)}`));
      expect(step?.op).toBe("update");
      const shown = Object.entries(step?.detailedDiff ?? {}).filter(([path]) => /^\w+/.exec(path)?.[0] === keys[at]);
      expect({ kind: nameOf(kind), shown }).toEqual({
        kind: nameOf(kind),
        shown: expect.arrayContaining([[expect.anything(), expect.objectContaining({ inputDiff: true })]]),
      });
    });
    await batch.cli.up();
    expect(await batch.cli.preview()).toEqual([]);
  });

  it("sees no change in what is renamed and put below a component, with an alias", async () => {
    const site = batch.site((kind) => kind.changed());
    batch.cli.declare(site.map((one) => ({ ...one, name: `new-${one.name}`, parent: "group", formerly: one.name })));
    expect(await batch.cli.preview()).toEqual([
      expect.objectContaining({ op: "create", urn: expect.stringContaining("test:Group") }),
    ]);
    await batch.cli.up();
  });

  it("stays where it is when the names go back without an alias", async () => {
    batch.cli.declare(batch.site((kind) => kind.changed()));
    await batch.cli.up();
    expect(await batch.cli.preview()).toEqual([]);
  });

  it("is replaced where an identity changes", async () => {
    batch.cli.declare(batch.site(another));
    const { output } = await batch.cli.up();
    expect(output).toMatch(new RegExp(`${batch.kinds.filter(({ replaced }) => replaced).length} replaced`));
  });

  it("reports every wrong argument of every resource at once, and touches nothing", async () => {
    const wrong = batch.kinds.flatMap((kind) =>
      kind.bad.map(({ args, path }, at) => ({ kind, path, at, args: { ...kind.args(), ...args } })),
    );
    batch.cli.declare([
      declared("extra", batch.extra),
      ...batch.site((kind) => kind.args()),
      ...wrong.map(({ kind, at, args }) => declared(`wrong-${nameOf(kind)}-${at}`, kind, args)),
    ]);
    const before = await batch.cli.state();
    const runs = [await batch.cli.run(["preview"]), await batch.cli.failingUp()];
    for (const { output } of runs) {
      expect(output).not.toMatch(/serializing|promises were still active/);
      // The CLI prints each message as it comes and again at the end.
      expect(output.match(/nothing was touched/g)).toHaveLength(2);
      for (const { kind, path, at } of wrong) {
        expect(output).toMatch(new RegExp(`wrong-${nameOf(kind)}-${at}: .*${path.replaceAll(".", "\\.")}`));
      }
    }
    expect(await batch.extra.residue()).toEqual([]);
    expect(resourcesOf(await batch.cli.state())).toEqual(resourcesOf(before));
  });

  it("keeps plaintext secrets out of state, marks and output", async () => {
    const state = await batch.cli.state();
    const marks = await Promise.all(
      batch.all.flatMap((one) => [one.args(), another(one)].map((args) => markOf(one.resource.definition, args))),
    );
    expect(marks.filter(Boolean)).not.toEqual([]);
    for (const secret of batch.all.flatMap(({ secrets }) => secrets)) {
      for (const text of [state, batch.cli.printed, JSON.stringify(marks)]) expect(text).not.toContain(secret);
    }
  });

  it("leaves nothing when it is destroyed", async () => {
    await batch.cli.succeed("destroy", "--yes", "--skip-preview");
    for (const kind of batch.all) expect(await kind.residue()).toEqual([]);
    expect(resourcesOf(await batch.cli.state())).toEqual([]);
  });
});

const another = (kind: KindFixture) => kind.replaced?.() ?? kind.args();

interface Recorded {
  urn: string;
  outputs: Record<string, unknown>;
}

function resourcesOf(state: string): string[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources?: Recorded[] } };
  return (deployment.resources ?? []).map(({ urn }) => urn);
}
