import { effect } from "../effect";
import { type RetryPolicy, retrying } from "../http/retry";
import { isRegistryAddress } from "./reference";
import { answerError } from "./registry-error";
import { type Body, Session } from "./session";
import { type Answer, collect, type Exchange, type OpenAnswer, Transport } from "./transport";

export interface RegistryOptions {
  /** `host:port`, without a scheme. */
  address: string;
  /** Plain HTTP, only where this says so. */
  insecure?: boolean;
  username?: string;
  password?: string;
  /** PEM of the authority that signed the registry's certificate, where the system does not know it. */
  ca?: string;
  /** Connections to one host at once. Default 32. */
  connections?: number;
  /** Milliseconds without a byte after which a connection is given up. Default 60 s. */
  timeout?: number;
  /** How often a request that may be repeated is sent. Default 4. */
  attempts?: number;
  /** Milliseconds before the second attempt, doubled each time. Default 200. */
  backoff?: number;
}

export interface RegistryRequest {
  method: Exchange["method"];
  /** Absent for `/v2/` itself. */
  repository?: string;
  /** Below `/v2/<repository>/`, or the whole URL the registry gave. */
  path: string | URL;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Body;
  /** Repository a blob is mounted from: the token has to allow reading it. */
  mountFrom?: string;
  /** Statuses that are an answer; every other is an error. */
  accept: readonly number[];
  /** 1 where only the caller can begin anew. */
  attempts?: number;
  signal?: AbortSignal;
}

/** A registry spoken to by the OCI distribution protocol. */
export class RegistryClient {
  readonly address: string;
  /** How much to ask for at once. */
  readonly connections: number;
  private readonly base: URL;
  private readonly transport: Transport;
  private readonly session: Session;
  private readonly policy: RetryPolicy;
  private proof: Promise<unknown> | undefined;

  constructor(options: RegistryOptions) {
    const { address, insecure = false, username, password = "", connections = 32, timeout = 60_000 } = options;
    if (!isRegistryAddress(address)) throw new Error(`"${address}" is no registry address. Try: host:5000, no scheme`);
    this.address = address;
    this.connections = connections;
    this.base = new URL(`${insecure ? "http" : "https"}://${address}/v2/`);
    this.policy = { attempts: options.attempts ?? 4, backoff: options.backoff ?? 200 };
    this.transport = new Transport({ connections, timeout, ...(options.ca === undefined ? {} : { ca: options.ca }) });
    const credentials = username === undefined ? undefined : { username, password };
    const { base, policy, transport } = this;
    this.session = new Session({ base, policy, transport, insecure, credentials });
  }

  /** Sends a request, again where that is safe and may help, and returns one of the answers it accepts. */
  request(call: RegistryRequest): Promise<Answer> {
    const to = this.exchangeOf(call);
    const once = async () => {
      const answer = await collect(to, await this.session.open(to, call.body, scopesOf(call), "short"));
      if (!call.accept.includes(answer.status)) throw answerError(to, answer);
      return answer;
    };
    const policy = { ...this.policy, ...(call.attempts === undefined ? {} : { attempts: call.attempts }) };
    const write = () => effect(`${to.method} ${to.url.pathname}`, once);
    return retrying(policy, call.signal, isRead(call) ? once : write);
  }

  /** Begins a download; what befalls the stream later is the reader's to handle. */
  open(call: RegistryRequest & { method: "GET" }): Promise<OpenAnswer> {
    const to = this.exchangeOf(call);
    return retrying(this.policy, call.signal, async () => {
      const answer = await this.session.open(to, undefined, scopesOf(call), "streams");
      if (call.accept.includes(answer.status)) return answer;
      throw answerError(to, await collect(to, answer));
    });
  }

  /** Repeats a whole sequence of requests, such as an upload, as `request` repeats a single one. */
  retrying<T>(signal: AbortSignal | undefined, run: () => Promise<T>, position?: () => number): Promise<T> {
    return retrying(this.policy, signal, run, position);
  }

  /** Fails unless a registry answers here: the 404 of some other server proves nothing about a registry's content. */
  async assertRegistry(signal?: AbortSignal): Promise<void> {
    this.proof ??= this.request({ method: "GET", path: "", accept: [200], ...(signal ? { signal } : {}) });
    await this.proof.catch((error: unknown) => {
      this.proof = undefined;
      throw error;
    });
  }

  /** Ends every connection. */
  close(): Promise<void> {
    return this.transport.close();
  }

  private exchangeOf({ method, path, repository, query = {}, headers, body, signal }: RegistryRequest): Exchange {
    const url = new URL(repository && typeof path === "string" ? `${repository}/${path}` : path, this.base);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const size = Buffer.isBuffer(body) ? body.length : body?.size;
    const length = size === undefined ? {} : { "content-length": String(size) };
    return { method, url, headers: { ...headers, ...length }, ...(signal ? { signal } : {}) };
  }
}

function isRead({ method }: RegistryRequest): boolean {
  return method === "GET" || method === "HEAD";
}

function scopesOf(call: RegistryRequest): string[] {
  const { method, repository, mountFrom } = call;
  if (repository === undefined) return [];
  const actions = isRead(call) ? "pull" : method === "DELETE" ? "delete" : "pull,push";
  const mounted = mountFrom === undefined ? [] : [`repository:${mountFrom}:pull`];
  return [`repository:${repository}:${actions}`, ...mounted];
}
