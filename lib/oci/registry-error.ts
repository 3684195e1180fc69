import type { Answer } from "./transport";

const CAP = 600;
const TEMPORARY_STATUS = new Set([408, 429, 500, 502, 503, 504]);

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
  const retryAfter = delayOf(answer.header("retry-after"));
  return new RegistryError({
    method: call.method,
    url: call.url,
    status: answer.status,
    ...explain(answer.body),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
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

function delayOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^[0-9]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
