import { connectivityState, credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Context } from "../resource";

/** The first SIGINT comes at every normal close of the engine; a second arrives 5 s later as SIGKILL. */
const GRACE = 4_000;
const LINE_EVERY = 500;

/** What the lifecycle needs of the process it lives in. */
export interface EngineLink {
  context(urn: string): Context;
  /** Runs one write; while any runs, a signal or a vanished engine aborts instead of ending the process at once. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

class ProviderProcess implements EngineLink {
  private readonly abort = new AbortController();
  private readonly lastLine = new Map<string, number>();
  private inFlight = 0;
  private client: EngineClient | undefined;

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => this.stop(`${signal} received`));
  }

  context(urn: string): Context {
    this.watchEngine();
    return {
      signal: this.abort.signal,
      progress: (line) => this.line(urn, line),
      connect: async (connection) => (await import("../../lib/host/connect")).connect(connection),
    };
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.inFlight += 1;
    try {
      this.abort.signal.throwIfAborted();
      return await work();
    } finally {
      this.inFlight -= 1;
      if (this.abort.signal.aborted && this.inFlight === 0) setImmediate(() => process.exit(1));
    }
  }

  private stop(why: string): void {
    if (this.inFlight === 0) process.exit(0);
    if (!this.abort.signal.aborted) this.abort.abort(new Error(`stopped: ${why}`));
    setTimeout(() => process.exit(1), GRACE);
  }

  private line(urn: string, text: string): void {
    const now = Date.now();
    if (now - (this.lastLine.get(urn) ?? 0) < LINE_EVERY) return;
    this.lastLine.set(urn, now);
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setMessage(text);
    request.setUrn(urn);
    request.setEphemeral(true);
    // A status line that is lost costs nothing; that the engine is gone is noticed by watchEngine.
    this.client?.log(request, () => undefined);
  }

  /** The engine is gone when its port takes no connection: an idle one may close, and is opened again. */
  private watchEngine(): void {
    const address = process.argv.at(-1) ?? "";
    if (this.client || !/:\d+$/.test(address)) return;
    this.client = new EngineClient(address, credentials.createInsecure());
    const channel = this.client.getChannel();
    const watch = (): void => {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.TRANSIENT_FAILURE) this.stop("the engine is gone");
      else channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, watch);
    };
    watch();
  }
}

export const engine: EngineLink = new ProviderProcess();
