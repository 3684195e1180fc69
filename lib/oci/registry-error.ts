import { retryAfter, TEMPORARY_STATUS } from "../http/temporary";
import type { Answer } from "./transport";

const CAP = 600;

export interface RegistryFailure {
  method: string;
  url: string | URL;
  /** Absent where no HTTP answer came. */
  status?: number;
  /** The registry's own code (`MANIFEST_UNKNOWN`), or the system's (`ECONNREFUSED`). */
  code?: string;
  detail: string;
  /** Milliseconds the registry asked us to wait. */
  retryAfter?: number;
  temporary?: boolean;
  cause?: unknown;
}

/** Why a registry did not do what was asked. `temporary` decides whether asking again may help. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly method: string;
  readonly url: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly temporary: boolean;
  readonly retryAfter: number | undefined;

  constructor(failure: RegistryFailure) {
    const url = publicUrl(failure.url);
    const where = [failure.status, failure.code].filter((part) => part !== undefined).join(" ");
    const detail = failure.detail.length > CAP ? `${failure.detail.slice(0, CAP)}…` : failure.detail;
    super(`${failure.method} ${url} failed: ${where}${where && detail ? ": " : ""}${detail}`, { cause: failure.cause });
    this.method = failure.method;
    this.url = url;
    this.status = failure.status;
    this.code = failure.code;
    this.temporary = failure.temporary ?? (failure.status !== undefined && TEMPORARY_STATUS.has(failure.status));
    this.retryAfter = failure.retryAfter;
  }
}

/** Without user, password and query: signed URLs and upload states are secrets, too. */
function publicUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** The error an unexpected answer stands for. */
export function answerError(call: { method: string; url: URL }, answer: Answer): RegistryError {
  const wait = retryAfter(answer.header("retry-after"));
  const said = explain(answer.body);
  return new RegistryError({
    method: call.method,
    url: call.url,
    status: answer.status,
    ...said,
    ...(answer.status === 405 && { detail: unsupported(call.method, said.detail) }),
    ...(wait === undefined ? {} : { retryAfter: wait }),
  });
}

/** What a registry is set to, where it says no more than that it does not do this. */
function unsupported(method: string, detail: string): string {
  return method === "DELETE"
    ? `${detail}: this registry deletes nothing, or is read-only. Try: turn deletes on there`
    : `${detail}: this registry takes no pushes: it is read-only, or a cache of another. Try: turn readOnly off there`;
}

function explain(body: Buffer): { code?: string; detail: string } {
  const text = body.toString("utf8").trim();
  try {
    const { errors } = JSON.parse(text) as { errors: { code: string; message?: string; detail?: unknown }[] };
    const more = errors.map(({ message, detail }) =>
      [message, detail && JSON.stringify(detail)].filter((part) => part).join(" "),
    );
    return { ...(errors[0] && { code: String(errors[0].code) }), detail: more.join("; ") };
  } catch {
    // Proxies in front of a registry answer with HTML or plain text: quote its beginning.
    return { detail: text.replace(/\s+/g, " ").slice(0, 200) };
  }
}
