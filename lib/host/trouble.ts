import { createHash } from "node:crypto";
import type { Login } from "./connection";
import { HostError } from "./host";

export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** Turns what goes wrong with one SSH connection into errors a reader can act on. */
export class LinkTrouble {
  /** Fingerprint of a key the host showed that is not the one we know. */
  seenKey: string | undefined;
  cause = "the connection was closed";
  private readonly notes: string[] = [];

  constructor(
    private readonly name: string,
    private readonly login: Login,
  ) {}

  begin(): void {
    this.seenKey = undefined;
    this.cause = "the connection was closed";
    this.notes.length = 0;
  }

  /** An agent out of reach is noted only: a key file or password may still do. */
  isFinal(error: Error & { level?: string }): boolean {
    this.cause = error.message;
    if (error.level !== "agent") return true;
    this.notes.push(error.message);
    return false;
  }

  /** Whether a command that failed to start was surely never handed to the server. */
  neverSent(error: unknown): boolean {
    const text = error instanceof Error ? error.message : "";
    return /^(Not connected|No response from server)$/.test(text);
  }

  /** The server has no room for one more session. */
  noSession(error: unknown): boolean {
    return error instanceof Error && error.message.startsWith("(SSH) Channel open failure");
  }

  /** A command could not be started on a connection that was up. */
  refused(error: unknown): HostError {
    if (error instanceof HostError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (this.noSession(error)) {
      const hint = "raise MaxSessions in sshd_config of that host to 10, the default, or more";
      return new HostError("failed", this.name, `${this.at} refused a further session: ${text}`, hint);
    }
    return new HostError("cut", this.name, `a command on ${this.at} was cut off as it started: ${this.cause}`);
  }

  slow(milliseconds: number): HostError {
    const what = `${this.at} did not start a command within ${milliseconds / 1000} s`;
    return new HostError("timeout", this.name, what, "look at the load of that host");
  }

  explain(error: unknown): HostError {
    if (error instanceof HostError) return error;
    const { message, level } = error as Error & { level?: string };
    if (this.seenKey) return this.changedKey(this.seenKey);
    if (/no matching host key/i.test(message)) return this.changedKey("no key of that type");
    if (level === "client-authentication" || /^Too many authentication failures/.test(message))
      return this.denied(message);
    const hint = "check that the host is up and that its SSH port is reached from here";
    return new HostError("unreachable", this.name, `${this.at} cannot be reached: ${message}`, hint);
  }

  private changedKey(seen: string): HostError {
    const [type = "", key = ""] = this.login.hostKey.split(" ");
    const known = fingerprint(Buffer.from(key, "base64"));
    return new HostError(
      "host-key",
      this.name,
      `${this.at} shows another host key than the one on record: expected ${type} ${known}, got ${seen}. Nothing was sent`,
      "if the host was installed anew, compare with `ssh-keygen -lf` on its console and put the new key into hostKey; " +
        "if it was not, somebody may stand between you and it",
    );
  }

  private denied(message: string): HostError {
    const { keyFile, agent, password } = this.login;
    const tried = [keyFile && `key ${keyFile}`, agent && `agent ${agent}`, password !== undefined && "password"];
    const text = [`tried ${tried.filter(Boolean).join(", ") || "nothing"}`, ...this.notes].join("; ");
    const hint = "check user, keyFile, agent and password of the connection, and authorized_keys on the host";
    return new HostError("auth", this.name, `${this.at} refused user ${this.login.user}: ${message} (${text})`, hint);
  }

  private get at(): string {
    return `${this.name} (${this.login.address}:${this.login.port})`;
  }
}
