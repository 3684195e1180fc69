import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { HttpError } from "./http-error";
import { retryAfter } from "./temporary";

export interface DownloadOptions {
  /** Connections to one server at once. Default 32. */
  connections?: number;
  /** Milliseconds without a byte after which a connection is given up. Default 60 s. */
  timeout?: number;
  /** PEM of the authority that signed the servers' certificates, where the system does not know it. */
  ca?: string;
}

export interface Answer {
  url: URL;
  status: number;
  header(name: string): string | undefined;
  body: AsyncIterable<Buffer>;
  /** Frees the connection without reading on. */
  drop(): Promise<void>;
}

const MOST_REDIRECTS = 5;

/** Fetches over HTTP from many servers, with proxies as the environment names them. */
export class DownloadClient {
  private readonly dispatcher: Dispatcher;

  constructor({ connections = 32, timeout = 60_000, ca }: DownloadOptions = {}) {
    const connect = { timeout, ...(ca === undefined ? {} : { ca }) };
    const options = { connections, connect, headersTimeout: timeout, bodyTimeout: timeout, pipelining: 1 };
    const proxied = Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name));
    // A tunnel is for TLS: most proxies refuse one to another port.
    this.dispatcher = proxied ? new EnvHttpProxyAgent({ ...options, proxyTunnel: false }) : new Agent(options);
  }

  /** One GET, redirects followed. Answers other than those accepted are errors. */
  async get(
    address: URL,
    headers: Record<string, string>,
    accept: readonly number[],
    signal?: AbortSignal,
  ): Promise<Answer> {
    let url = address;
    for (let hops = 0; ; hops++) {
      const answer = await this.once(url, headers, signal);
      const location = answer.header("location");
      if (answer.status >= 301 && answer.status <= 308 && answer.status !== 304 && location && hops < MOST_REDIRECTS) {
        await answer.drop();
        url = new URL(location, url);
      } else if (accept.includes(answer.status)) return answer;
      else throw await refused(answer);
    }
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }

  private async once(url: URL, headers: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const failed = (error: unknown) => failure(url, error, signal);
    try {
      const {
        statusCode,
        headers: got,
        body,
      } = await request(url, {
        dispatcher: this.dispatcher,
        headers,
        ...(signal ? { signal } : {}),
      });
      return {
        url,
        status: statusCode,
        header: (name) => [got[name]].flat()[0],
        body: told(body, failed),
        drop: () => body.dump({ limit: 65_536 }),
      };
    } catch (error) {
      throw failed(error);
    }
  }
}

async function refused({ url, status, header, drop }: Answer): Promise<HttpError> {
  await drop();
  const wait = retryAfter(header("retry-after"));
  return new HttpError({ url, status, detail: "", ...(wait === undefined ? {} : { retryAfter: wait }) });
}

async function* told(body: AsyncIterable<Buffer>, failed: (error: unknown) => unknown): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw failed(error);
  }
}

function failure(url: URL, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const { code, message } = error as { code?: string; message: string };
  return new HttpError({ url, ...(code === undefined ? {} : { code }), detail: message, cause: error });
}
