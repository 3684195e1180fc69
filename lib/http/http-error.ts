import { TEMPORARY_CODE, TEMPORARY_STATUS } from "./temporary";

export interface HttpFailure {
  url: URL;
  status?: number;
  /** The system's, where no answer came. */
  code?: string;
  detail: string;
  /** Milliseconds the server asked us to wait. */
  retryAfter?: number;
  cause?: unknown;
}

/** Why a server did not hand out what was asked. `temporary` decides whether asking again may help. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number | undefined;
  readonly temporary: boolean;
  readonly retryAfter: number | undefined;

  constructor({ url, status, code, detail, retryAfter, cause }: HttpFailure) {
    // Without user, password and query: they may be secrets.
    const where = `${url.origin}${url.pathname}`;
    super(
      `GET ${where} failed: ${[status ?? code, detail].filter((part) => part !== undefined && part !== "").join(": ")}`,
      { cause },
    );
    this.status = status;
    this.temporary =
      status === undefined ? code !== undefined && TEMPORARY_CODE.has(code) : TEMPORARY_STATUS.has(status);
    this.retryAfter = retryAfter;
  }
}
