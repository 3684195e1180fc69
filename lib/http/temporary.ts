/** Statuses and system errors after which asking again may help. */
export const TEMPORARY_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
export const TEMPORARY_CODE: ReadonlySet<string> = new Set(
  `ECONNRESET ECONNREFUSED EPIPE ETIMEDOUT EAI_AGAIN EHOSTUNREACH ENETUNREACH UND_ERR_SOCKET UND_ERR_CONNECT_TIMEOUT
   UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT`.split(/\s+/),
);

/** Milliseconds until a Retry-After, in either of its forms. */
export function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^[0-9]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
