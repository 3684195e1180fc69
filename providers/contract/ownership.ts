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

/** A resource, as the mark of its object knows it. */
export interface Holder {
  urn: string;
  claim: string;
}

function isOfStack(mark: Mark, urn: string): boolean {
  const { stack, project } = ownerOf(urn);
  return mark.stack === stack && mark.project === project;
}

/**
 * Whether the resource still holds the object, and no other has taken it over. The state has no claim of a create that was
 * killed with its pulumi: then it is the resource the mark names.
 */
export const isHeldBy = (mark: Mark, { urn, claim }: Holder): boolean =>
  isOfStack(mark, urn) && (claim === "" ? mark.urn === urn : mark.claim === claim);

const advised = (message: string, hint: string): Error => Object.assign(new Error(message), { hint });

/** Throws unless the resource still holds what it created: nobody takes back what another has taken. */
export function assertHeld(mark: Mark, holder: Holder): void {
  if (isHeldBy(mark, holder)) return;
  const other = isOfStack(mark, holder.urn)
    ? `resource ${mark.urn.split("::").at(-1)}`
    : `stack ${mark.stack} of project ${mark.project}`;
  throw advised(`${other} has taken it over`, "take it out of one of the two places");
}

/** Throws unless the object is not there, is marked by this stack, or may be adopted. */
export function assertFreeToTake(mark: Mark | undefined, urn: string, stands: boolean, adopt: boolean): void {
  if (adopt || (mark ? isOfStack(mark, urn) : !stands)) return;
  const who = mark
    ? `stack ${mark.stack} of project ${mark.project} owns it`
    : "it stands there already and is not ours";
  throw advised(who, "adopt: true takes it over and puts it back on removal");
}

/** Throws while another process is at work on the object; a dead or silent one has lost its claim. */
export function assertFree(mark: Mark | undefined): void {
  if (!mark || mark.state === "done" || mark.writer === writer) return;
  if (Date.now() - Date.parse(mark.since) > LEASE || !mayBeAlive(mark.writer)) return;
  const hint = `wait until it is done; its claim ends ${LEASE / 1000} s after its last sign of life (${mark.since})`;
  throw advised(`another run is at work on it (${mark.writer})`, hint);
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
 * Runs `work` between two states of the mark: in progress before the first byte, done (or no mark, after a removal)
 * after the last. A crash in between leaves the first, which read reports and the next run takes up.
 */
export async function underMark<T>(
  ledger: Ledger,
  claim: Omit<Mark, "state" | "since" | "writer">,
  work: (keep: (before: unknown) => Promise<void>) => Promise<T>,
  begin: "in-progress" | "removing" = "in-progress",
): Promise<T> {
  let { before } = claim;
  const write = (state: Mark["state"]) =>
    ledger.put({ ...claim, before, state, writer, since: new Date().toISOString() });
  const keep = (note: unknown) => {
    before = note;
    return write(begin);
  };
  await write(begin);
  let renewal: Promise<void> = Promise.resolve();
  let lost: unknown;
  const timer = setInterval(() => {
    renewal = write(begin).catch((error: unknown) => {
      lost = error;
    });
  }, RENEWAL);
  const result = await work(keep).finally(() => {
    clearInterval(timer);
    return renewal;
  });
  if (lost) throw lost;
  await (begin === "removing" ? ledger.drop(claim.kind, claim.identity) : write("done"));
  return result;
}
