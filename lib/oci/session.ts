import type { Readable } from "node:stream";
import { type RetryPolicy, retrying } from "../http/retry";
import { Authenticator, type Credentials } from "./auth";
import { answerError, RegistryError } from "./registry-error";
import { type Answer, collect, type Exchange, type OpenAnswer, type Pool, type Transport } from "./transport";

export interface SessionOptions {
  base: URL;
  /** Plain HTTP is allowed. */
  insecure: boolean;
  credentials: Credentials | undefined;
  transport: Transport;
  policy: RetryPolicy;
}

/** A body that can be sent again, after a challenge or a failure. */
export type Body = Buffer | { size: number; open(): Readable };

const MOST_REDIRECTS = 5;

/** Exchanges with one registry: who we are, where it sends us, and what we never do on the way. */
export class Session {
  private readonly authenticator: Authenticator;

  constructor(private readonly options: SessionOptions) {
    this.authenticator = new Authenticator(options.credentials, (url, headers) => this.fetchToken(url, headers));
  }

  /** One exchange, twice where the registry asks who we are. */
  async open(call: Exchange, body: Body | undefined, scopes: string[], pool: Pool): Promise<OpenAnswer> {
    for (let last = false; ; last = true) {
      const authorization = this.isHome(call.url) ? await this.authenticator.header(scopes) : undefined;
      const headers = { ...call.headers, ...(authorization ? { authorization } : {}) };
      const bytes = Buffer.isBuffer(body) ? body : body?.open();
      const answer = await this.followed({ ...call, headers, ...(bytes ? { body: bytes } : {}) }, pool);
      if (answer.status !== 401 || last) return answer;
      if (!this.authenticator.learn(answer.header("www-authenticate"), authorization)) return answer;
      await collect(call, answer);
    }
  }

  private async followed(call: Exchange, pool: Pool): Promise<OpenAnswer> {
    let next = call;
    for (let hops = 0; ; hops++) {
      this.refusePlain(next);
      const answer = await this.options.transport.open(next, pool);
      const location = answer.header("location");
      const moved = answer.status >= 301 && answer.status <= 308 && location !== undefined;
      if (!moved || hops === MOST_REDIRECTS || (call.method !== "GET" && call.method !== "HEAD")) return answer;
      await collect(next, answer);
      const url = new URL(location, next.url);
      const { authorization = "", ...headers } = next.headers;
      next = { ...next, url, headers: this.isHome(url) && authorization ? next.headers : headers };
    }
  }

  private fetchToken(url: URL, headers: Record<string, string>): Promise<Answer> {
    const call: Exchange = { method: "GET", url, headers };
    this.refusePlain(call);
    return retrying(this.options.policy, undefined, async () => {
      const answer = await collect(call, await this.options.transport.open(call, "short"));
      if (answer.status !== 200) throw answerError(call, answer);
      return answer;
    });
  }

  private isHome(url: URL): boolean {
    return url.origin === this.options.base.origin;
  }

  private refusePlain({ method, url }: Exchange): void {
    if (url.protocol === "https:" || this.options.insecure) return;
    const detail = `the registry ${this.options.base.host} sends us to plain HTTP, which was not allowed. Try: insecure: true`;
    throw new RegistryError({ method, url, detail });
  }
}
