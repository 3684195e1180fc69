import type { Mark } from "../../lib/host/ledger";
import type { AnyDefinition } from "../../providers/resource";
import { type DynamicProvider, InitFailure, type Values } from "./dynamic-provider";
import { context } from "./fixture";

export type Step = "same" | "create" | "update" | "replace";

export async function markOf(definition: AnyDefinition, args: Values): Promise<Mark | undefined> {
  return (await definition.ledger(args, context)).get(definition.kind, definition.identity(args));
}

/** The state of one resource, kept and used as Pulumi's engine does under `refresh: always`. */
export class ResourceState {
  id = "";
  inputs: Values = {};
  outputs: Values = {};
  /** Reasons of an initialisation error; while any stand the engine calls update. */
  reasons: string[] = [];
  readonly urn: string;

  constructor(
    private readonly definition: AnyDefinition,
    stack = "contract",
    name = "it",
  ) {
    this.urn = `urn:pulumi:${stack}::openstack-site::pulumi-nodejs:dynamic/${definition.kind}::${name}`;
  }

  /** `pulumi up` with these arguments: refresh, check, diff, and the step that follows. */
  async up(provider: DynamicProvider, args: Values): Promise<Step> {
    await this.refresh(provider);
    const { inputs, failures } = await provider.check(this.inputs, { ...args, __urn: this.urn });
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    if (!this.id) return this.create(provider, inputs);
    const { changes, replaces, first } = await provider.diff(this.id, this.outputs, inputs);
    if (replaces.length > 0) return this.replace(provider, inputs, first);
    if (!changes && this.reasons.length === 0) return "same";
    this.outputs = await this.attempt(inputs, () => provider.update(this.id, this.outputs, inputs));
    this.settle(inputs);
    return "update";
  }

  async refresh(provider: DynamicProvider): Promise<void> {
    if (!this.id) return;
    this.reasons = [];
    const read = await this.attempt(this.inputs, () => provider.read(this.id, this.outputs)).catch((error: unknown) => {
      if (!(error instanceof InitFailure)) throw error;
    });
    if (!read) return;
    this.id = read.id;
    this.outputs = read.properties;
    this.inputs = read.inputs;
  }

  async destroy(provider: DynamicProvider): Promise<void> {
    await this.refresh(provider);
    if (this.id) await provider.delete(this.id, this.outputs);
    this.id = "";
  }

  /** Takes the mark away by hand. */
  async unmark(args: Values): Promise<void> {
    const ledger = await this.definition.ledger(args, context);
    await ledger.drop(this.definition.kind, this.definition.identity(args));
  }

  /** The ownership mark of the object these arguments name. */
  mark(args: Values): Promise<Mark | undefined> {
    return markOf(this.definition, args);
  }

  private async create(provider: DynamicProvider, inputs: Values): Promise<Step> {
    const { id, properties } = await this.attempt(inputs, () => provider.create(inputs));
    this.id = id;
    this.outputs = properties;
    this.settle(inputs);
    return "create";
  }

  private async replace(provider: DynamicProvider, inputs: Values, first: boolean): Promise<Step> {
    const { id, outputs } = this;
    if (first) await provider.delete(id, outputs);
    await this.create(provider, inputs);
    if (!first) await provider.delete(id, outputs);
    return "replace";
  }

  private settle(inputs: Values): void {
    this.inputs = inputs;
    this.reasons = [];
  }

  /** An initialisation error keeps what it carries; any other leaves the state alone. */
  private async attempt<T>(inputs: Values, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof InitFailure) {
        const { id, properties, reasons } = error;
        Object.assign(this, { id, outputs: properties, inputs, reasons });
      }
      throw error;
    }
  }
}
