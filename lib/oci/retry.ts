import { setTimeout as sleep } from "node:timers/promises";
import { RegistryError } from "./registry-error";

export interface RetryPolicy {
  /** Attempts in all. */
  attempts: number;
  /** Milliseconds before the second attempt; doubled each time. */
  backoff: number;
}

const LONGEST_WAIT = 60_000;

/** Runs what may be run again, until it succeeds, fails for good, or was tried often enough. */
export async function retrying<T>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof RegistryError) || !error.temporary || attempt >= policy.attempts) throw error;
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
