import { isWheel, parseFilename } from "./filename";
import { applies } from "./marker";
import type { ListedFile } from "./project";
import type { Pin } from "./requirements";
import { tagsOf } from "./tags";
import type { Target } from "./target";
import { takesPython, versionKey } from "./version";

/** Files of a pin, and for which targets there is none. */
export interface Choice {
  files: ListedFile[];
  /** Targets without a wheel: they build this sdist, and `holes` have not even that. */
  built: { target: Target; filename: string }[];
  holes: Target[];
}

export const targetName = ({ python, architecture }: Target): string => `Python ${python} on ${architecture}`;

/** For each target the wheel its pip would take, or else the sdist. */
export class Chooser {
  private readonly ranks: readonly { target: Target; tags: ReadonlyMap<string, number> }[];

  constructor(targets: readonly Target[]) {
    this.ranks = targets.map((target) => ({ target, tags: tagsOf(target) }));
  }

  /** Whether a pin is any target's. */
  means(pin: Pin): boolean {
    return this.ranks.some(({ target }) => isMeant(pin, target));
  }

  choose(pin: Pin, listed: readonly ListedFile[]): Choice {
    const its = filesOf(pin, listed);
    const files = new Map<string, ListedFile>();
    const choice: Choice = { files: [], built: [], holes: [] };
    for (const { target, tags } of this.ranks) {
      if (!isMeant(pin, target)) continue;
      const fitting = its.filter(({ file }) => takesPython(file.requiresPython, target.python));
      const wheel = bestWheel(fitting, tags);
      const taken = wheel ?? fitting.find(({ file }) => !isWheel(file.filename))?.file;
      if (!taken) choice.holes.push(target);
      else files.set(taken.filename, taken);
      if (!wheel && taken) choice.built.push({ target, filename: taken.filename });
    }
    choice.files = [...files.values()].sort((a, b) => (a.filename < b.filename ? -1 : 1));
    return choice;
  }
}

/** Whether a pin is this target's. */
export function isMeant({ markers }: Pin, target: Target): boolean {
  return markers === undefined || markers.some((marker) => applies(marker, target));
}

interface Candidate {
  file: ListedFile;
  tags: readonly string[];
}

/** What the index lists of this version; a file that names another project is none of its. */
function filesOf({ name, version }: Pin, listed: readonly ListedFile[]): Candidate[] {
  const key = versionKey(version);
  return listed
    .map((file) => ({ file, what: parseFilename(file.filename) }))
    .filter(({ what }) => what !== undefined && what.name === name && versionKey(what.version) === key)
    .map(({ file, what }) => ({ file, tags: what?.tags ?? [] }))
    .sort((a, b) => preference(a.file) - preference(b.file) || (a.file.filename < b.file.filename ? -1 : 1));
}

/** Of several sdists the common form: every pip unpacks it. */
const preference = ({ filename }: ListedFile): number => (filename.endsWith(".tar.gz") ? 0 : 1);

/** Of two builds of one tag the later: its number stands in the name. */
function bestWheel(candidates: readonly Candidate[], ranks: ReadonlyMap<string, number>): ListedFile | undefined {
  let best: { file: ListedFile; rank: number } | undefined;
  for (const { file, tags } of candidates) {
    const rank = Math.min(...tags.map((tag) => ranks.get(tag) ?? Number.POSITIVE_INFINITY));
    if (!Number.isFinite(rank)) continue;
    if (!best || rank < best.rank || (rank === best.rank && buildOf(file) > buildOf(best.file))) best = { file, rank };
  }
  return best?.file;
}

function buildOf({ filename }: ListedFile): number {
  const parts = filename.split("-");
  return parts.length === 6 ? Number.parseInt(parts[2] ?? "0", 10) : 0;
}
