import { randomBytes } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import { HostError } from "../../lib/host/host";
import type { AnyDefinition } from "../resource";
import { argumentsFromState, checkArguments } from "./arguments";
import { bring, type Call, lookAt, release } from "./bring";
import { changedArguments, differenceOf, idOf } from "./difference";
import type { EngineLink } from "./engine";
import { failureText, partial, plainError, unfinished } from "./errors";
import { assertHeld } from "./ownership";

type Values = Record<string, unknown>;

/** The SDK fails on undefined after the work is done, and keeps neither dates nor class instances. */
const state = (values: Values): Values => JSON.parse(JSON.stringify(values)) as Values;

/** What the contract itself keeps beside a kind's arguments. */
const contractKeys = ({ __urn, adopt }: Values): Values => ({ __urn, ...(adopt === undefined ? {} : { adopt }) });

const drawClaim = (): string => randomBytes(6).toString("base64url");

const isDormant = (error: unknown): boolean => error instanceof HostError && error.code === "dormant";

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
    return differenceOf(this.kind, argumentsFromState(this.kind, olds), news);
  }

  async create(inputs: Values): Promise<dynamic.CreateResult> {
    const call = this.call({ ...inputs, __claim: drawClaim() });
    return this.link.during(async () => ({ id: call.id, outs: await this.bring(call, "create", inputs) }));
  }

  async update(_id: string, olds: Values, news: Values): Promise<dynamic.UpdateResult> {
    const call = this.call({ ...news, __claim: olds["__claim"] ?? drawClaim() });
    const same = changedArguments(this.kind, argumentsFromState(this.kind, olds), call.args).length === 0;
    const resting = same ? this.outputsOf(olds) : undefined;
    return this.link.during(async () => ({ outs: await this.bring(call, "update", news, resting) }));
  }

  /** A failure before the mark leaves nothing; one after it leaves a resource to finish. */
  private async bring(
    call: Call,
    verb: "create" | "update",
    inputs: Values,
    /** What to answer for a host that went to rest: nothing else changed, so all is taken to be as it was. */
    resting?: Values,
  ): Promise<Values> {
    const settled = (outs: Values): Values =>
      state({ ...call.args, ...contractKeys(inputs), __claim: call.claim, ...outs });
    let marked = verb === "update";
    const onMark = () => {
      marked = true;
    };
    try {
      return settled(await bring(call, { holds: verb === "update", adopt: inputs["adopt"] === true, onMark }));
    } catch (error) {
      if (resting && isDormant(error)) return settled(resting);
      const text = this.text(call, verb, error);
      throw marked ? unfinished(text, call.id, settled({ __provider: inputs["__provider"] })) : plainError(text);
    }
  }

  async read(id: string, props: Values): Promise<dynamic.ReadResult> {
    const call = this.call(props, id);
    const { args } = call;
    try {
      const { mark, observed } = await lookAt(call);
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
    await this.link.during(() =>
      release(call).catch((error: unknown) => {
        throw plainError(this.text(call, "delete", error));
      }),
    );
  }

  private outputsOf(props: Values): Values {
    return Object.fromEntries(Object.keys(this.kind.outputs.shape).map((key) => [key, props[key]]));
  }

  private call(props: Values, id?: string): Call {
    const args = argumentsFromState(this.kind, props);
    const urn = String(props["__urn"] ?? "");
    const claim = String(props["__claim"] ?? "");
    return { kind: this.kind, args, urn, claim, id: id ?? idOf(this.kind, args), context: this.link.context(urn) };
  }

  private text(call: Call, verb: string, cause: unknown): string {
    return failureText({ kind: this.kind.kind, id: call.id, verb, where: this.kind.where(call.args) }, cause);
  }
}
