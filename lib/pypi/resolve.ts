import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { canonicalJson, digestOf } from "../content/digest";
import { readRecord, writeRecord } from "../content/record";
import { IndexError } from "./name";
import type { Target } from "./target";
import { compareVersions } from "./version";

export interface ResolveOrder {
  /** Path of uv. */
  uv: string;
  upstream: string;
  /** Requirements that are no pins yet, and what limits them. */
  requirements: string;
  constraints?: string;
  targets: readonly Pick<Target, "python">[];
  /** Directory where locks are kept, by what they were made from. */
  cache: string;
}

/** A lock with hashes, for all Pythons and architectures at once. The same question is asked once. */
export async function resolve(order: ResolveOrder, signal?: AbortSignal): Promise<string> {
  const { uv, upstream, requirements, constraints = "" } = order;
  const python = order.targets.map((target) => target.python).sort(compareVersions)[0] ?? "";
  const { stdout: version } = await promisify(execFile)(uv, ["--version"]);
  const key = digestOf(canonicalJson({ version, upstream, requirements, constraints, python }));
  const record = join(order.cache, "locks", `${key.slice("sha256:".length)}.json`);
  const known = await readRecord<{ lock: string }>(record);
  if (known) return known.lock;
  const lock = await compile({ ...order, python }, signal);
  await writeRecord(record, { lock }, "keep a lock");
  return lock;
}

async function compile(
  { uv, upstream, requirements, constraints, python }: ResolveOrder & { python: string },
  signal?: AbortSignal,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "resolve-"));
  const file = (name: string) => join(directory, name);
  try {
    await writeFile(file("requirements.in"), requirements);
    await writeFile(file("constraints.txt"), constraints ?? "");
    const plain = ["--no-config", "--no-header", "--no-annotate", "--quiet"];
    const all = ["--universal", "--generate-hashes", "--python-version", python, "--default-index", upstream];
    const files = [
      "--constraints",
      file("constraints.txt"),
      "--output-file",
      file("lock.txt"),
      file("requirements.in"),
    ];
    await promisify(execFile)(uv, ["pip", "compile", ...plain, ...all, ...files], signal ? { signal } : {});
    return await readFile(file("lock.txt"), "utf8");
  } catch (error) {
    signal?.throwIfAborted();
    const told = String((error as { stderr?: string }).stderr ?? (error as Error).message).trim();
    throw new IndexError(`uv found no set of versions for Python ${python} on ${upstream}: ${told.slice(-2000)}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
