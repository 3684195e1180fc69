import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { HostError } from "../../lib/host/host";
import type { Ledger, Mark } from "../../lib/host/ledger";
import type { AnyDefinition, Context, Observed } from "../resource";
import { argumentsFromState, checkArguments } from "./arguments";
import type { EngineLink } from "./engine";
import { failureText, partial, plainError, unfinished } from "./errors";
import { assertFree, assertFreeToTake, assertHeld, type Holder, isHeldBy, ownerOf, underMark } from "./ownership";

type Values = Record<string, unknown>;

/** The SDK fails on undefined after the work is done, and keeps neither dates nor class instances. */
const state = (values: Values): Values => JSON.parse(JSON.stringify(values)) as Values;

/** What the contract itself keeps beside a kind's arguments. */
const contractKeys = ({ __urn, adopt }: Values): Values => ({ __urn, ...(adopt === undefined ? {} : { adopt }) });

const isDormant = (error: unknown): boolean => error instanceof HostError && error.code === "dormant";

/** Everything one call needs to know of its object. */
interface Call extends Holder {
  args: Values;
  id: string;
  context: Context;
}

/** Another way to reach the same host is taken up by the next call; it is no change of what stands there. */
function sameHost(before: unknown, after: unknown): boolean {
  const named = (value: unknown): string | undefined =>
    typeof value === "object" && value !== null && "kind" in value && "name" in value ? String(value.name) : undefined;
  return named(before) !== undefined && named(before) === named(after);
}

/** A kind's dynamic provider, derived from its definition. One lives per kind and process. */
export class Lifecycle implements dynamic.ResourceProvider {
  constructor(
    private readonly kind: AnyDefinition,
    private readonly link: EngineLink,
  ) {}

  async check(_olds: Values, news: Values): Promise<dynamic.CheckResult> {
    const { args, failures } = checkArguments(this.kind, news);
    // An empty property: the engine prints the value of the one named, secret or not.
    return {
      inputs: state({ ...args, ...contractKeys(news) }),
      failures: failures.map((reason) => ({ property: "", reason })),
    };
  }

  async diff(_id: string, olds: Values, news: Values): Promise<dynamic.DiffResult> {
    const before = argumentsFromState(this.kind, olds);
    const changed = this.changed(before, news);
    const moves = (key: string) =>
      this.kind.replaceOn?.includes(key) || this.idOf({ ...before, [key]: news[key] }) !== this.idOf(before);
    const replaces = changed.filter(moves);
    // One name cannot stand for two objects at once.
    const deleteBeforeReplace = replaces.length > 0 && this.idOf(before) === this.idOf(news);
    // Where something changed the engine compares the inputs itself, which is what names the properties in previews.
    return { ...(changed.length === 0 ? { changes: false } : {}), replaces, deleteBeforeReplace };
  }

  private changed(before: Values, after: Values): string[] {
    const differs = (key: string) => !isDeepStrictEqual(before[key], after[key]) && !sameHost(before[key], after[key]);
    return Object.keys(this.kind.schema.shape).filter(differs);
  }

  async create(inputs: Values): Promise<dynamic.CreateResult> {
    const call = this.call({ ...inputs, __claim: randomBytes(6).toString("base64url") });
    return this.link.during(async () => ({ id: call.id, outs: await this.bring(call, "create", inputs) }));
  }

  async update(_id: string, olds: Values, news: Values): Promise<dynamic.UpdateResult> {
    const call = this.call({ ...news, __claim: olds["__claim"] });
    const same = this.changed(argumentsFromState(this.kind, olds), call.args).length === 0;
    const resting = same ? this.outputsOf(olds) : undefined;
    return this.link.during(async () => ({ outs: await this.bring(call, "update", news, resting) }));
  }

  /** observe -> apply, under the mark. A failure before the mark leaves nothing; one after it leaves a resource to finish. */
  private async bring(
    call: Call,
    verb: "create" | "update",
    inputs: Values,
    /** What to answer for a host that went to rest: nothing else changed, so all is taken to be as it was. */
    resting?: Values,
  ): Promise<Values> {
    const { args, context, id, claim, urn } = call;
    const settled = (outs: Values): Values => state({ ...args, ...contractKeys(inputs), __claim: claim, ...outs });
    let marked = verb === "update";
    try {
      const ledger = await this.kind.ledger(args, context);
      let [mark, observed] = await Promise.all([this.mark(ledger, args), this.kind.observe(args, context)]);
      const stands = observed !== undefined && !this.kind.shared;
      if (verb === "update" && mark) assertHeld(mark, call);
      else assertFreeToTake(mark, urn, stands, inputs["adopt"] === true);
      assertFree(mark);
      if (mark?.state === "removing") {
        // What stood there before us may be back already, and its copy gone: the removal ends first.
        await this.takeAway(ledger, mark, call);
        [mark, observed] = [undefined, await this.kind.observe(args, context)];
      }
      const before = mark ? mark.before : await this.before(args, observed, context);
      const identity = this.kind.identity(args);
      const next = { ...ownerOf(urn), kind: this.kind.kind, identity, urn, claim, before };
      marked = true;
      return settled(
        await underMark(ledger, next, async (keep) => {
          context.signal.throwIfAborted();
          return this.kind.apply(args, observed, context, { before, keep });
        }),
      );
    } catch (error) {
      if (resting && isDormant(error)) return settled(resting);
      const text = this.text(call, verb, error);
      throw marked ? unfinished(text, id, settled({ __provider: inputs["__provider"] })) : plainError(text);
    }
  }

  private async before(
    args: Values,
    observed: Observed<Values, Values> | undefined,
    context: Context,
  ): Promise<unknown> {
    if (!observed) return null;
    return this.kind.remember ? this.kind.remember(args, observed, context) : observed.args;
  }

  async read(id: string, props: Values): Promise<dynamic.ReadResult> {
    const call = this.call(props, id);
    const { args, context } = call;
    try {
      const ledger = await this.kind.ledger(args, context);
      const [mark, observed] = await Promise.all([this.mark(ledger, args), this.kind.observe(args, context)]);
      if (mark) assertHeld(mark, call);
      if (mark && mark.state !== "done") throw new Error(`half done since ${mark.since}: the next up goes on with it`);
      if (!observed) return { id: "", props: {} };
      if (!mark) throw new Error("it stands there without our ownership mark");
      const live = { ...args, ...observed.args };
      const inputs = { ...live, ...contractKeys(props) };
      return { id, props: state({ ...inputs, __claim: call.claim, ...observed.outputs }), inputs: state(inputs) };
    } catch (error) {
      if (isDormant(error)) return { id, props };
      throw partial(this.text(call, "read", error), id, props);
    }
  }

  async delete(id: string, props: Values): Promise<void> {
    const call = this.call(props, id);
    const { args, context } = call;
    await this.link.during(async () => {
      try {
        const ledger = await this.kind.ledger(args, context);
        const mark = await this.mark(ledger, args);
        if (!mark || !isHeldBy(mark, call)) return;
        assertFree(mark);
        await this.takeAway(ledger, mark, call);
      } catch (error) {
        throw plainError(this.text(call, "delete", error));
      }
    });
  }

  private takeAway(ledger: Ledger, mark: Mark, { args, context }: Call): Promise<void> {
    return underMark(ledger, mark, () => this.kind.remove(args, mark.before, context), "removing");
  }

  private mark(ledger: Ledger, args: Values): Promise<Mark | undefined> {
    return ledger.get(this.kind.kind, this.kind.identity(args));
  }

  private outputsOf(props: Values): Values {
    return Object.fromEntries(Object.keys(this.kind.outputs.shape).map((key) => [key, props[key]]));
  }

  private idOf(args: Values): string {
    return `${this.kind.where(args)}:${this.kind.identity(args)}`;
  }

  private call(props: Values, id?: string): Call {
    const args = argumentsFromState(this.kind, props);
    const urn = String(props["__urn"] ?? "");
    const claim = String(props["__claim"] ?? "");
    return { args, urn, claim, id: id ?? this.idOf(args), context: this.link.context(urn) };
  }

  private text(call: Call, verb: string, cause: unknown): string {
    return failureText({ kind: this.kind.kind, id: call.id, verb, where: this.kind.where(call.args) }, cause);
  }
}
