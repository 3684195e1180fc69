import type { Room } from "../lib/content/room";
import { connect } from "../lib/host/connect";
import type { Connection } from "../lib/host/connection";
import type { Host } from "../lib/host/host";
import { inParallel } from "../lib/parallel";
import { formatBytes, formatSeconds } from "../lib/progress";

/** Where content is kept, and the job runner that is shipped there. */
export interface Keeper {
  connection: Connection;
  store: string;
  runner: string;
}

/** A line for the person who previews, and whether it is bad news. It is no fact of the plan: it changes as work goes on. */
export interface Note {
  about: string;
  text: string;
  warning?: true;
}

/** What is not in the store yet, and the room there is. */
export interface Coming {
  fetch: { files: number; bytes: number };
  room: Room;
  /** Bytes a second, as they came last. */
  rate?: number;
}

/** What was asked of one kind of upstreams: what is wanted of them, or why nothing can be. */
export interface Asked<P> {
  planned: P[];
  notes: Note[];
  failures: string[];
  coming: number;
  room: Room | undefined;
}

const AT_ONCE = 4;
/** A first plan reads all indexes; a person waits for it. */
export const LONGEST = 10 * 60_000;

/** Asks for each of these next to the store; those that fail keep no other from being asked. */
export async function askKeeper<W extends { name: string }, P>(
  kind: string,
  wanted: readonly W[],
  keeper: Keeper,
  ask: (each: W, host: Host) => Promise<{ planned: P; held: string; coming: Coming }>,
): Promise<Asked<P>> {
  const asked: Asked<P> = { planned: [], notes: [], failures: [], coming: 0, room: undefined };
  if (wanted.length === 0) return asked;
  const host = await connect(keeper.connection);
  const answers = await inParallel(wanted, AT_ONCE, (each) => ask(each, host).catch((error: Error) => error));
  for (const [index, answer] of answers.entries()) {
    const about = `${kind} ${wanted[index]?.name}`;
    if (answer instanceof Error) asked.failures.push(`  - ${about}: ${answer.message.replaceAll("\n", "\n    ")}`);
    else {
      const { planned, held, coming } = answer;
      asked.planned.push(planned);
      asked.notes.push({ about, text: `${held}; ${told(coming, keeper.store)}` });
      asked.coming += coming.fetch.bytes;
      asked.room = coming.room;
    }
  }
  return asked;
}

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

function told({ fetch, room, rate }: Coming, store: string): string {
  // How much a commit is, git does not tell.
  const bytes = fetch.bytes === 0 ? "" : `, ${formatBytes(fetch.bytes)}`;
  const coming = fetch.files === 0 ? "nothing" : `${counted(fetch.files, "file")}${bytes}`;
  const time = rate && fetch.files > 0 ? `, about ${formatSeconds(fetch.bytes / rate)} at the last rate` : "";
  return `${coming} to fetch${time}; ${formatBytes(room.free)} free in ${store}`;
}
