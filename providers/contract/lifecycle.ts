import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { HostError } from "../../lib/host/host";
import type { Ledger, Mark } from "../../lib/host/ledger";
import type { AnyDefinition, Context, Observed } from "../resource";
import { argumentsFromState, checkArguments } from "./arguments";
import type { EngineLink } from "./engine";
import { failureText, partial, plainError, unfinished } from "./errors";
import { assertFree, isOurs, ownerOf, underMark } from "./ownership";

type Values = Record<string, unknown>;

/** The SDK fails on undefined after the work is done, and keeps neither dates nor class instances. */
const state = (values: Values): Values => JSON.parse(JSON.stringify(values)) as Values;

/** What the contract itself keeps beside a kind's arguments. */
const contractKeys = ({ __urn, adopt }: Values): Values => ({ __urn, ...(adopt === undefined ? {} : { adopt }) });

const isDormant = (error: unknown): boolean => error instanceof HostError && error.code === "dormant";

/** Everything one call needs to know of its object. */
interface Call {
  args: Values;
  urn: string;
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
    return { changes: changed.length > 0, replaces, deleteBeforeReplace };
  }

  private changed(before: Values, after: Values): string[] {
    const differs = (key: string) => !isDeepStrictEqual(before[key], after[key]) && !sameHost(before[key], after[key]);
    return Object.keys(this.kind.schema.shape).filter(differs);
  }

  async create(inputs: Values): Promise<dynamic.CreateResult> {
    const call = this.call(inputs);
    const { id, args } = call;
    return this.link.during(async () => {
      const outs = await this.bring(call, "create", inputs, (mark, observed) => {
        if (mark ? isOurs(mark, ownerOf(call.urn)) : !observed || this.kind.shared) return;
        if (inputs["adopt"] === true) return;
        const who = mark
          ? `stack ${mark.stack} of project ${mark.project} owns it`
          : "it stands there already and is not ours";
        throw Object.assign(new Error(who), { hint: "adopt: true takes it over and puts it back on removal" });
      });
      return { id, outs: state({ ...args, ...contractKeys(inputs), ...outs }) };
    });
  }

  async update(_id: string, olds: Values, news: Values): Promise<dynamic.UpdateResult> {
    const call = this.call(news);
    return this.link.during(async () => {
      const admit = (mark: Mark | undefined): void => {
        if (mark && !isOurs(mark, ownerOf(call.urn))) {
          throw Object.assign(new Error(`stack ${mark.stack} of project ${mark.project} has taken it over`), {
            hint: `remove it from one of the two programs`,
          });
        }
      };
      const same = this.changed(argumentsFromState(this.kind, olds), call.args).length === 0;
      const outs = await this.bring(call, "update", news, admit, same ? this.outputsOf(olds) : undefined);
      return { outs: state({ ...call.args, ...contractKeys(news), ...outs }) };
    });
  }

  /** observe -> apply, under the mark. A failure before the mark leaves nothing; one after it leaves a resource to finish. */
  private async bring(
    call: Call,
    verb: "create" | "update",
    inputs: Values,
    admit: (mark: Mark | undefined, observed: unknown) => void,
    /** What to answer for a host that went to rest: nothing else changed, so all is taken to be as it was. */
    resting?: Values,
  ): Promise<Values> {
    const { args, context, id } = call;
    let marked = verb === "update";
    try {
      const ledger = await this.kind.ledger(args, context);
      const [mark, observed] = await Promise.all([this.mark(ledger, args), this.kind.observe(args, context)]);
      admit(mark, observed);
      assertFree(mark);
      const before = mark ? mark.before : await this.before(args, verb === "create" ? observed : undefined, context);
      const claim = { ...ownerOf(call.urn), kind: this.kind.kind, identity: this.kind.identity(args), before };
      marked = true;
      return await underMark(ledger, claim, (keep) => this.kind.apply(args, observed, context, { before, keep }));
    } catch (error) {
      if (resting && isDormant(error)) return resting;
      const text = this.text(call, verb, error);
      throw marked
        ? unfinished(text, id, state({ ...args, ...contractKeys(inputs), __provider: inputs["__provider"] }))
        : plainError(text);
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
      if (mark && !isOurs(mark, ownerOf(call.urn))) {
        throw new Error(`stack ${mark.stack} of project ${mark.project} has taken it over`);
      }
      if (mark?.state === "in-progress") throw new Error(`half done since ${mark.since}: the next up goes on with it`);
      if (!observed) return { id: "", props: {} };
      const live = { ...args, ...observed.args };
      const kept = contractKeys(props);
      return { id, props: state({ ...live, ...kept, ...observed.outputs }), inputs: state({ ...live, ...kept }) };
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
        if (!mark || !isOurs(mark, ownerOf(call.urn))) return;
        assertFree(mark);
        await underMark(ledger, mark, () => this.kind.remove(args, mark.before, context), "gone");
      } catch (error) {
        throw plainError(this.text(call, "delete", error));
      }
    });
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
    return { args, urn, id: id ?? this.idOf(args), context: this.link.context(urn) };
  }

  private text(call: Call, verb: string, cause: unknown): string {
    return failureText({ kind: this.kind.kind, id: call.id, verb, where: this.kind.where(call.args) }, cause);
  }
}
