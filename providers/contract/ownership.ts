import { hostname } from "node:os";
import type { Ledger, Mark, Owner } from "../../lib/host/ledger";

/** How long a writer that shows no sign of life keeps others out, and how often a living one shows it. */
const LEASE = 60_000;
const RENEWAL = 20_000;

export const writer = `${hostname()}:${process.pid}`;

/** The stack that owns an object, read from the URN, which also survives a rename of the resource. */
export function ownerOf(urn: string): Owner {
  const [, , stack = "", , project = ""] = urn.split(":");
  return { stack, project };
}

export const isOurs = (mark: Mark, owner: Owner): boolean =>
  mark.stack === owner.stack && mark.project === owner.project;

/** Throws while another process is at work on the object; a dead or silent one has lost its claim. */
export function assertFree(mark: Mark | undefined): void {
  if (mark?.state !== "in-progress" || mark.writer === writer) return;
  if (Date.now() - Date.parse(mark.since) > LEASE || !mayBeAlive(mark.writer)) return;
  const hint = `wait until it is done; its claim ends ${LEASE / 1000} s after its last sign of life (${mark.since})`;
  throw Object.assign(new Error(`another run is at work on it (${mark.writer})`), { hint });
}

function mayBeAlive(other: string): boolean {
  const [machine, pid] = other.split(":");
  if (machine !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Runs `work` between the two states of the mark: in progress before the first byte, done after the last. A crash in
 * between leaves "in progress", which read reports and the next run takes up.
 */
export async function underMark<T>(
  ledger: Ledger,
  claim: Omit<Mark, "state" | "since" | "writer">,
  work: (keep: (before: unknown) => Promise<void>) => Promise<T>,
  end: "done" | "gone" = "done",
): Promise<T> {
  let { before } = claim;
  const write = (state: Mark["state"]) =>
    ledger.put({ ...claim, before, state, writer, since: new Date().toISOString() });
  const keep = (note: unknown) => {
    before = note;
    return write("in-progress");
  };
  await write("in-progress");
  let renewal: Promise<void> = Promise.resolve();
  let lost: unknown;
  const timer = setInterval(() => {
    renewal = write("in-progress").catch((error: unknown) => {
      lost = error;
    });
  }, RENEWAL);
  const result = await work(keep).finally(() => {
    clearInterval(timer);
    return renewal;
  });
  if (lost) throw lost;
  // The mark of a removed object goes last: a crash before it leaves "in progress", and the removal runs again.
  await (end === "done" ? write("done") : ledger.drop(claim.kind, claim.identity));
  return result;
}
