import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ProviderProcess, type StartOptions } from "./provider-process";

export type Values = Record<string, unknown>;

/** The initialisation error as the engine sees it: the object stays, with these properties, and is not finished. */
export class InitFailure extends Error {
  constructor(
    readonly id: string,
    readonly properties: Values,
    readonly reasons: string[],
  ) {
    super(reasons.join("\n"));
  }
}

/** One kind's provider behind the SDK's real process, called as the engine calls it. */
export class DynamicProvider {
  private constructor(
    readonly process: ProviderProcess,
    private readonly client: ResourceProviderClient,
    private readonly text: string,
  ) {}

  /** `text` is the provider text of a kind that is not among the project's own. */
  static async start(kind: string, options: StartOptions & { text?: string } = {}): Promise<DynamicProvider> {
    const process = await ProviderProcess.start(options);
    const client = new ResourceProviderClient(`127.0.0.1:${process.port}`, credentials.createInsecure());
    const own = `exports.handler=()=>require("./runtime/provider.cjs").get(${JSON.stringify(kind)});`;
    const configure = new proto.ConfigureRequest().setArgs(new Struct());
    await answer((done) => client.configure(configure, done));
    return new DynamicProvider(process, client, options.text ?? own);
  }

  stop(): ReturnType<ProviderProcess["stop"]> {
    this.client.close();
    return this.process.stop();
  }

  async check(olds: Values, news: Values): Promise<{ inputs: Values; failures: proto.CheckFailure.AsObject[] }> {
    const request = new proto.CheckRequest().setOlds(this.struct(olds)).setNews(this.struct(news));
    const checked = await answer<proto.CheckResponse>((done) => this.client.check(request, done));
    return { inputs: values(checked.getInputs()), failures: checked.toObject().failuresList };
  }

  async diff(
    id: string,
    olds: Values,
    news: Values,
  ): Promise<{ changes: boolean; replaces: string[]; first: boolean }> {
    const request = new proto.DiffRequest().setId(id).setOlds(this.struct(olds)).setNews(this.struct(news));
    const diff = await answer<proto.DiffResponse>((done) => this.client.diff(request, done));
    return {
      changes: diff.getChanges() !== proto.DiffResponse.DiffChanges.DIFF_NONE,
      replaces: diff.getReplacesList(),
      first: diff.getDeletebeforereplace(),
    };
  }

  async create(inputs: Values): Promise<{ id: string; properties: Values }> {
    const request = new proto.CreateRequest().setProperties(this.struct(inputs));
    const created = await answer<proto.CreateResponse>((done) => this.client.create(request, done));
    return { id: created.getId(), properties: values(created.getProperties()) };
  }

  async update(id: string, olds: Values, news: Values): Promise<Values> {
    const request = new proto.UpdateRequest().setId(id).setOlds(this.struct(olds)).setNews(this.struct(news));
    return values((await answer<proto.UpdateResponse>((done) => this.client.update(request, done))).getProperties());
  }

  async read(id: string, properties: Values): Promise<{ id: string; properties: Values; inputs: Values }> {
    const request = new proto.ReadRequest().setId(id).setProperties(this.struct(properties));
    const read = await answer<proto.ReadResponse>((done) => this.client.read(request, done));
    return { id: read.getId(), properties: values(read.getProperties()), inputs: values(read.getInputs()) };
  }

  async delete(id: string, properties: Values): Promise<void> {
    const request = new proto.DeleteRequest().setId(id).setProperties(this.struct(properties));
    await answer((done) => this.client.delete(request, done));
  }

  private struct(properties: Values): Struct {
    return Struct.fromJavaScript({ ...properties, __provider: this.text } as Record<string, JavaScriptValue>);
  }
}

function values(struct: Struct | undefined): Values {
  const { __provider, ...own } = struct?.toJavaScript() ?? {};
  return own;
}

function answer<R>(call: (done: (error: ServiceError | null, response: R) => void) => unknown): Promise<R> {
  return new Promise((resolve, reject) =>
    call((error, response) => (error ? reject(initFailure(error) ?? error) : resolve(response))),
  );
}

function initFailure(error: ServiceError): InitFailure | undefined {
  const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (!packed) return undefined;
  for (const detail of Status.deserializeBinary(packed as Uint8Array).getDetailsList()) {
    const failed = proto.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    return new InitFailure(failed.getId(), values(failed.getProperties()), failed.getReasonsList());
  }
  return undefined;
}
