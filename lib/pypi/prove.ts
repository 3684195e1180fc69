import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inParallel } from "../parallel";
import { isMeant, targetName } from "./choose";
import { pinsOf } from "./plan";
import type { Pin } from "./requirements";
import { abisOf, platformsOf } from "./tags";
import type { Target } from "./target";

export interface ProofOrder {
  /** Path of uv. */
  uv: string;
  /** The simple index as clients reach it. */
  index: string;
  /** Texts of requirement lists, by their names. */
  lists: Readonly<Record<string, string>>;
  targets: readonly Target[];
}

/** What a client did not find. */
export interface Hole {
  target: string;
  by: "uv" | "pip";
  why: string;
}

interface Question {
  target: Target;
  by: Hole["by"];
  /** One version of each name. */
  pins: readonly Pin[];
}

const AT_ONCE = 4;
const MOST = 2000;

/**
 * Asks pip and uv, as each target, whether the set can be had from our index alone, as wheels; uv also for all it depends
 * on, which pip reckons for the machine it runs on only. Nothing is built or installed, so one machine answers for all.
 */
export async function prove(order: ProofOrder, signal?: AbortSignal): Promise<Hole[]> {
  const directory = await mkdtemp(join(tmpdir(), "prove-"));
  try {
    const questions = order.targets.flatMap((target) => questionsFor(pinsOf(order.lists), target));
    const answers = await inParallel([...questions.entries()], AT_ONCE, async ([at, question]): Promise<Hole[]> => {
      const lock = join(directory, `${at}.txt`);
      await writeFile(lock, question.pins.map(({ name, version }) => `${name}==${version}\n`).join(""));
      const why = await refusal(commandFor(question, order, lock, directory), signal);
      return why === undefined ? [] : [{ target: targetName(question.target), by: question.by, why }];
    });
    return answers.flat();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** uv knows one version of a name, and no Python before 3.7. */
function questionsFor(pins: readonly Pin[], target: Target): Question[] {
  const sets: Pin[][] = [];
  for (const pin of pins.filter((each) => isMeant(each, target))) {
    const free = sets.find((set) => set.every(({ name }) => name !== pin.name));
    if (free) free.push(pin);
    else sets.push([pin]);
  }
  const [major = 0, minor = 0] = target.python.split(".").map(Number);
  const resolvable = sets.length === 1 && major === 3 && minor >= 7;
  const asked = sets.map((set) => ({ target, by: "pip" as const, pins: set }));
  return resolvable ? [...asked, { target, by: "uv", pins: sets[0] as Pin[] }] : asked;
}

function commandFor({ target, by }: Question, { uv, index }: ProofOrder, lock: string, directory: string): string[] {
  if (by === "uv") {
    const plain = ["--no-config", "--no-build", "--quiet", "--cache-dir", join(directory, "uv")];
    // Any will do, as nothing is run: without it uv looks into all there are.
    const as = ["--python", "python3", "--python-version", target.python, "--python-platform", uvPlatform(target)];
    return [uv, "pip", "compile", ...plain, ...as, "--default-index", index, lock];
  }
  const [major = 0, minor = 0] = target.python.split(".").map(Number);
  const abis = [...abisOf(major, minor), ...(major === 3 ? ["abi3"] : []), "none"];
  const platforms = platformsOf(target.architecture, Number(target.glibc.split(".")[1]));
  const plain = ["--isolated", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "--quiet"];
  const from = ["--index-url", index, "--trusted-host", new URL(index).hostname];
  const only = ["--dry-run", "--ignore-installed", "--no-deps", "--only-binary", ":all:", ...from];
  const as = [
    ...["--implementation", "cp", "--python-version", target.python, "--target", join(directory, "target")],
    ...abis.flatMap((each) => ["--abi", each]),
    ...platforms.flatMap((each) => ["--platform", each]),
  ];
  return ["python3", "-m", "pip", "install", ...plain, ...only, ...as, "--requirement", lock];
}

/** What it said where it did not find all. */
async function refusal([command = "", ...argv]: string[], signal?: AbortSignal): Promise<string | undefined> {
  try {
    await promisify(execFile)(command, argv, { maxBuffer: 1 << 26, ...(signal && { signal }) });
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr } = error as { stderr?: string };
    if (!stderr) throw error;
    return stderr.trim().slice(0, MOST);
  }
}

/** As uv names it; of s390x it knows one C library only. */
function uvPlatform({ architecture, glibc }: Target): string {
  if (architecture === "s390x") return "s390x-unknown-linux-gnu";
  return `${architecture}-manylinux_${glibc.replace(".", "_")}`;
}
