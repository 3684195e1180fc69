import { setTimeout as sleep } from "node:timers/promises";
/** What an error says of itself where asking again may help. */
export interface Temporary {
  readonly temporary: boolean;
  /** Milliseconds the server asked us to wait. */
  readonly retryAfter?: number | undefined;
}

const isTemporary = (error: unknown): error is Temporary =>
  error instanceof Error && "temporary" in error && error.temporary === true;

export interface RetryPolicy {
  /** Attempts in all. */
  attempts: number;
  /** Milliseconds before the second attempt; doubled each time. */
  backoff: number;
}

const LONGEST_WAIT = 60_000;

/**
 * Runs what may be run again, until it succeeds, fails for good, or was tried often enough. Attempts that get further
 * than all before them, as `position` tells, do not count.
 */
export async function retrying<T>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
  position: () => number = () => 0,
): Promise<T> {
  let furthest = position();
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if (position() > furthest) [attempt, furthest] = [1, position()];
      if (!isTemporary(error) || attempt >= policy.attempts) throw error;
      // Jitter, or clients cut off together come back together.
      const backoff = policy.backoff * 2 ** (attempt - 1) * (0.5 + Math.random());
      const wait = Math.min(error.retryAfter ?? backoff, LONGEST_WAIT);
      await sleep(wait, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
        // The caller's own reason, as everywhere else, instead of the timer's AbortError.
        signal?.throwIfAborted();
        throw cause;
      });
    }
  }
}
