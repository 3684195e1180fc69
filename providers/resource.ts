import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Connection } from "../lib/host/connection";
import type { Host } from "../lib/host/host";
import type { Ledger } from "../lib/host/ledger";
import { asserted, collectFailures } from "./contract/arguments";
import "./contract/trace";

/** A value that may be known now or only once another resource exists, at any depth. */
export type DeepInput<T> = pulumi.Input<
  T extends readonly (infer E)[] ? DeepInput<E>[] : T extends object ? { [K in keyof T]: DeepInput<T[K]> } : T
>;

export type Schema = z.ZodObject;

/** What a resource takes: its schema, each value an Input, and the one option every kind has. */
export type ResourceArgs<S extends Schema> = { [K in keyof z.input<S>]: DeepInput<z.input<S>[K]> } & {
  /** Take over an object that stands there already; it is put back when this resource is deleted. */
  adopt?: boolean;
};

/** What a kind's verbs may use beside their arguments. */
export interface Context {
  /** Aborts on ^C and when the engine is gone. */
  readonly signal: AbortSignal;
  /** One line in the engine's Info column; the contract throttles it. */
  progress(line: string): void;
  connect(connection: Connection): Promise<Host>;
}

/** What the ownership mark remembers for the day of removal. */
export interface Memory {
  /** What stood there before us, as `remember` noted it; null where nothing stood. */
  readonly before: unknown;
  /** Replaces the note, for kinds whose share of an object changes over time. Call it before the write it describes. */
  keep(before: unknown): Promise<void>;
}

/** The object as it stands: live values for every argument that can be read back, and what was computed. */
export interface Observed<A, O> {
  args: Partial<A>;
  outputs: O;
}

/**
 * One kind of resource. `observe` then `apply` is the one flow for create, update, adopt and resume: apply does only
 * the difference and may run again after a crash at any point.
 */
export interface Definition<S extends Schema, R extends Schema, A = z.output<S>, O = z.output<R>> {
  /** `noun:Kind`, for example `host:File`. */
  kind: `${string}:${string}`;
  schema: S;
  /** What the resource computes; each key becomes an Output. */
  outputs: R;
  /** Unique within `where`, computed from the arguments alone: a killed create is found again by it. */
  identity(args: A): string;
  /** The machine or service that carries the object, for ids and messages. */
  where(args: A): string;
  /** Where the ownership mark is kept. */
  ledger(args: A, context: Context): Promise<Ledger>;
  /** Arguments whose change means another object, beside those that `where` and `identity` are made of. */
  replaceOn?: readonly (keyof A & string)[];
  /** Arguments that are secret, always. */
  secrets?: readonly (keyof A & string)[];
  /** The object is part of the host and stands there anyway; this resource sets it and puts it back: no adoption asked. */
  shared?: true;
  /** The live object, or undefined where it is proven absent. Writes nothing. */
  observe(args: A, context: Context): Promise<Observed<A, O> | undefined>;
  /** Brings the object to `args` from what was observed; returns what it computed. */
  apply(args: A, observed: Observed<A, O> | undefined, context: Context, memory: Memory): Promise<O>;
  /** A note, kept in the ownership mark, from which `remove` puts back what stood there before adoption. */
  remember?(args: A, observed: Observed<A, O>, context: Context): Promise<unknown>;
  /** Removes the object, or puts back `before`. Absent is fine. Throws, naming the user, while something needs it. */
  remove(args: A, before: unknown, context: Context): Promise<void>;
}

export type AnyDefinition = Definition<Schema, Schema, Record<string, unknown>, Record<string, unknown>>;

type Outputs<A, O> = { readonly [K in keyof A]: pulumi.Output<A[K]> } & {
  readonly [K in keyof O]: pulumi.Output<O[K]>;
};

export type ResourceClass<S extends Schema, R extends Schema> = {
  readonly definition: AnyDefinition;
  new (
    name: string,
    args: ResourceArgs<S>,
    options?: pulumi.CustomResourceOptions,
  ): pulumi.CustomResource & Outputs<z.output<S>, z.output<R>>;
};

/**
 * The one contract: gives the class a program uses; the provider behind it is derived in contract/lifecycle.
 * The provider text in the state is constant and names the kind only, so that new code never rewrites old state.
 */
export function defineResource<S extends Schema, R extends Schema>(definition: Definition<S, R>): ResourceClass<S, R> {
  assertDistinct(definition.kind, definition);
  const type = `pulumi-nodejs:dynamic/${definition.kind}`;
  const stub = `exports.handler=()=>require("./runtime/provider.cjs").get(${JSON.stringify(definition.kind)});`;
  // Generic kinds meet here as one shape; each definition was checked against its own schema above.
  const erased = definition as unknown as AnyDefinition;
  const computed = Object.fromEntries(Object.keys(definition.outputs.shape).map((key) => [key, undefined]));
  class DefinedResource extends pulumi.CustomResource {
    static readonly definition = erased;
    constructor(name: string, args: ResourceArgs<S>, options: pulumi.CustomResourceOptions = {}) {
      collectFailures(erased, name, args);
      // Not `urn`: the SDK keeps that name to itself. Names with two underscores are not shown in previews.
      const __urn = asserted().then(() => bare(pulumi.createUrn(name, type, options.parent)));
      const hidden = secretKeys(erased, args);
      const props: pulumi.Inputs = { ...args, ...computed, __urn, __provider: stub };
      for (const key of hidden) props[key] = pulumi.secret(props[key]);
      const additionalSecretOutputs = [...hidden, ...(options.additionalSecretOutputs ?? [])];
      super(type, name, props, { ...options, additionalSecretOutputs });
    }
  }
  return DefinedResource as unknown as ResourceClass<S, R>;
}

/** Both become properties of one resource: what is computed would take the place of what was asked for. */
function assertDistinct(kind: string, { schema, outputs }: { schema: Schema; outputs: Schema }): void {
  const both = Object.keys(outputs.shape).filter((key) => key in schema.shape);
  if (both.length > 0) throw new Error(`${kind}: ${both.join(", ")}: an output cannot have the name of an argument`);
}

/** At any depth; what an Output will be is not known here, and its own secrecy is kept by the SDK. */
function carriesPassword(value: unknown): boolean {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return false;
  const isPassword = ([key, inner]: [string, unknown]) => key === "password" && inner !== undefined;
  return Object.entries(value).some((entry) => isPassword(entry) || carriesPassword(entry[1]));
}

/** An Output brings its resource along as a dependency: a parent's URN would make each child wait for all of them. */
function bare(output: pulumi.Output<string>): Promise<string> {
  return (output as unknown as { promise(): Promise<string> }).promise();
}

/** A connection or a registry that carries a password is as secret as the password. */
function secretKeys(definition: AnyDefinition, args: Record<string, unknown>): string[] {
  const connections = Object.keys(args).filter((key) => carriesPassword(args[key]));
  return [...new Set([...(definition.secrets ?? []).filter((key) => args[key] !== undefined), ...connections])];
}
