import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

export interface LogLine {
  urn: string;
  message: string;
  ephemeral: boolean;
}

/** The part of Pulumi's engine a provider talks to: it takes log lines, and a provider lives only while it does. */
export class FakeEngine {
  private constructor(
    private readonly server: Server,
    readonly address: string,
    readonly lines: readonly LogLine[],
  ) {}

  static async start(): Promise<FakeEngine> {
    const server = new Server();
    const lines: LogLine[] = [];
    const log = ({ request }: ServerUnaryCall<LogRequest, Empty>, done: sendUnaryData<Empty>): void => {
      lines.push({ urn: request.getUrn(), message: request.getMessage(), ephemeral: request.getEphemeral() });
      done(null, new Empty());
    };
    server.addService({ log: EngineService.log }, { log });
    const port = await new Promise<number>((resolve, reject) => {
      const done = (error: Error | null, bound: number) => (error ? reject(error) : resolve(bound));
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), done);
    });
    return new FakeEngine(server, `127.0.0.1:${port}`, lines);
  }

  /** Every connection ends at once, as when the engine is killed. */
  vanish(): void {
    this.server.forceShutdown();
  }
}
