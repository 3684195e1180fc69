import type { Client } from "ssh2";

export interface Patience {
  /** A peer that leaves `keepAliveCount` questions, this many milliseconds apart, unanswered is gone. */
  keepAlive: number;
  keepAliveCount: number;
}

/**
 * ssh2's own keep-alive holds the process. So the peer is asked here, by a request whose refusal proves it alive: to
 * cancel a forward that does not exist. `lost` is told why it can no longer be alive.
 */
export function keepAlive(client: Client, patience: Patience, lost: (why: string) => void): void {
  let missed = 0;
  const timer = setInterval(() => {
    if (missed >= patience.keepAliveCount) return lost(`no sign of life for ${(patience.keepAlive * missed) / 1000} s`);
    missed++;
    try {
      client.unforwardIn("127.0.0.1", 1, () => {
        missed = 0;
      });
    } catch (error) {
      // Half closed: it cannot be asked any more.
      lost((error as Error).message);
    }
  }, patience.keepAlive).unref();
  client.once("close", () => clearInterval(timer));
}
