import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface AccessOptions {
  mode: "none" | "basic" | "bearer";
  username: string;
  password: string;
  /** Seconds a token is good for. */
  lifetime?: number;
}

/** Who may do what: basic credentials, or bearer tokens for the scopes they were asked for. */
export class Access {
  private readonly tokens = new Map<string, { scopes: string[]; expires: number }>();
  tokensIssued = 0;

  constructor(private readonly options: AccessOptions) {}

  /** Tells whether the request may go on; otherwise it has been answered with a challenge. */
  admit(request: IncomingMessage, response: ServerResponse, scope: string | undefined): boolean {
    const { mode } = this.options;
    if (mode === "none" || (mode === "basic" && this.isOurs(request))) return true;
    if (mode === "bearer" && this.isToken(request.headers.authorization, scope)) return true;
    const realm = `http://${request.headers.host}/token`;
    const challenge =
      mode === "basic" ? 'Basic realm="fake"' : `Bearer realm="${realm}",service="fake",scope="${scope}"`;
    response.writeHead(401, { "www-authenticate": challenge });
    response.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] }));
    return false;
  }

  serveToken(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (!this.isOurs(request)) {
      response.writeHead(401).end(JSON.stringify({ details: "incorrect username or password" }));
      return;
    }
    const token = randomUUID();
    const lifetime = this.options.lifetime ?? 300;
    this.tokensIssued++;
    this.tokens.set(token, { scopes: url.searchParams.getAll("scope"), expires: Date.now() + lifetime * 1000 });
    response.end(JSON.stringify({ token, expires_in: lifetime }));
  }

  /** Every token given out so far is refused from now on, before its time. */
  revokeAll(): void {
    this.tokens.clear();
  }

  private isOurs(request: IncomingMessage): boolean {
    const { username, password } = this.options;
    return request.headers.authorization === `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  }

  private isToken(header: string | undefined, scope: string | undefined): boolean {
    const token = this.tokens.get(header?.replace("Bearer ", "") ?? "");
    return token !== undefined && token.expires > Date.now() && (scope === undefined || token.scopes.includes(scope));
  }
}
