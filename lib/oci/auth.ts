import { RegistryError } from "./registry-error";
import type { Answer } from "./transport";

export interface Credentials {
  username: string;
  password: string;
}

interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

interface Token {
  value: Promise<string>;
  /** Known when the token has come. */
  header?: string;
  expires: number;
}

/** What registries mean where they name no lifetime. */
const DEFAULT_LIFETIME = 60;

/** Answers the registry's challenge: nothing until one came, then basic credentials or a bearer token per scope. */
export class Authenticator {
  private challenge: Challenge | undefined;
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly credentials: Credentials | undefined,
    private readonly fetchToken: (url: URL, headers: Record<string, string>) => Promise<Answer>,
  ) {}

  async header(scopes: readonly string[]): Promise<string | undefined> {
    if (!this.challenge) return undefined;
    if (this.challenge.scheme === "basic") return this.basic();
    const key = scopes.join(" ");
    let token = this.tokens.get(key);
    if (!token || token.expires < Date.now()) {
      token = this.newToken(key, scopes, this.challenge);
      this.tokens.set(key, token);
    }
    return token.value;
  }

  /** Takes up a 401 to a request sent with `used`; tells whether sending it again can end differently. */
  learn(challenge: string | undefined, used: string | undefined): boolean {
    this.challenge = parse(challenge) ?? this.challenge;
    if (this.challenge?.scheme === "basic") return this.credentials !== undefined && used !== this.basic();
    for (const [key, token] of this.tokens) if (token.header === used) this.tokens.delete(key);
    return this.challenge !== undefined;
  }

  private basic(): string | undefined {
    if (!this.credentials) return undefined;
    const { username, password } = this.credentials;
    return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  }

  private newToken(key: string, scopes: readonly string[], { parameters }: Challenge): Token {
    const url = new URL(parameters["realm"] ?? "");
    if (parameters["service"]) url.searchParams.set("service", parameters["service"]);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    const basic = this.basic();
    const token: Token = {
      expires: Number.POSITIVE_INFINITY,
      value: this.fetchToken(url, basic ? { authorization: basic } : {}).then((answer) => {
        const { header, lifetime } = readToken(url, answer);
        token.header = header;
        // A tenth early, so that it does not end while a request with it is under way.
        token.expires = Date.now() + lifetime * 900;
        return header;
      }),
    };
    token.value.catch(() => this.tokens.delete(key));
    return token;
  }
}

function readToken(url: URL, answer: Answer): { header: string; lifetime: number } {
  const refuse = (detail: string) => new RegistryError({ method: "GET", url, status: answer.status, detail });
  try {
    const json = JSON.parse(answer.body.toString()) as { token?: string; access_token?: string; expires_in?: number };
    const token = json.token ?? json.access_token;
    if (token) return { header: `Bearer ${token}`, lifetime: json.expires_in ?? DEFAULT_LIFETIME };
  } catch {
    // The parser's message would quote the answer, which may hold a token.
    throw refuse("the token service answered with something that is no JSON");
  }
  throw refuse("the token service answered without a token");
}

/** `Bearer realm="https://…",service="…"` or `Basic realm="…"`. */
function parse(header: string | undefined): Challenge | undefined {
  const scheme = /^\s*(basic|bearer)\b/i.exec(header ?? "")?.[1]?.toLowerCase();
  if (!header || !scheme) return undefined;
  const pairs = [...header.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = "", value = ""]) => [
    key.toLowerCase(),
    value,
  ]);
  const parameters = Object.fromEntries(pairs) as Record<string, string>;
  if (scheme === "bearer" && !URL.canParse(parameters["realm"] ?? "")) return undefined;
  return { scheme, parameters };
}
