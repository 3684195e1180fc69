import { fixtures } from "../contract/kinds";
import { DynamicProvider, type Values } from "./dynamic-provider";
import type { KindFixture } from "./fixture";
import { ResourceState } from "./state";

/** One kind under test: its fixture, one provider process for all tests of the file, and a fresh state for each test. */
export interface Trial {
  readonly kind: string;
  readonly fixture: KindFixture;
  readonly provider: DynamicProvider;
  readonly state: ResourceState;
  /** The state of the same object in another stack. */
  inStack(stack: string, name?: string): ResourceState;
  up(args: Values): ReturnType<ResourceState["up"]>;
  /** The names of the writes that `work` makes. */
  writes(work: () => Promise<unknown>): Promise<string[]>;
}

/** Runs `tests` for every kind, or some. After each test the object is deleted, and nothing of it may be left. */
export function underContract(
  title: string,
  tests: (trial: Trial) => void,
  which: (kind: string) => boolean = () => true,
): void {
  describe.each(Object.entries(fixtures).filter(([name]) => which(name)))(`%s: ${title}`, (_name, make) => {
    const fixture = make(title.replaceAll(/\W+/g, "-"));
    const { definition } = fixture.resource;
    const { kind } = definition;
    let provider: DynamicProvider;
    let state: ResourceState;

    beforeAll(async () => {
      await fixture.setup();
      provider = await DynamicProvider.start(kind);
      // On a new machine the image of lab hosts is made here.
    }, 900_000);
    afterAll(async () => {
      await provider.stop();
      await fixture.teardown();
    });
    beforeEach(() => {
      state = new ResourceState(definition);
    });
    afterEach(async () => {
      await state.destroy(provider);
      expect(await leftBehind(fixture, state)).toEqual([]);
    });

    tests({
      kind,
      fixture,
      get provider() {
        return provider;
      },
      get state() {
        return state;
      },
      inStack: (stack, name) => new ResourceState(definition, stack, name),
      up: (args) => state.up(provider, args),
      async writes(work) {
        const before = provider.process.writes().length;
        await work();
        return provider.process.writes().slice(before);
      },
    });
  });
}

/** The object and its marks, or what is left of them. */
export async function leftBehind(fixture: KindFixture, state: ResourceState): Promise<unknown[]> {
  const marks = await Promise.all(
    [fixture.args(), fixture.replaced?.() ?? fixture.args()].map((args) => state.mark(args)),
  );
  return [...(await fixture.residue()), ...marks.filter((mark) => mark !== undefined)];
}
