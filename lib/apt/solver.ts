import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ArchiveError } from "./release";

/** What is wanted of a mirror's suites; all they depend on comes along. */
export interface Selection {
  /** As apt-get takes them: `chrony`, `chrony/trixie-backports`, `chrony=4.6-1`. */
  packages: readonly string[];
  /** With what they recommend. */
  recommends?: boolean;
  /** And what a minimal system is made of: for mmdebstrap and debootstrap. */
  bootstrap?: boolean;
}

/** Essential and required packages, and apt, as mmdebstrap's minbase asks for them. */
const MINIMAL = ["?essential", "?priority(required)", "apt"];
const UNKNOWN = /Unable to locate|was not found|no installation candidate|not available/;

/**
 * Which files apt would fetch onto an empty machine of an architecture. It is apt's own solver that decides, in a root
 * of its own below `root`; `lines` are those of sources.list, whose archives stand below `root`, too.
 */
export async function closure(
  root: string,
  lines: readonly string[],
  { packages, recommends = false, bootstrap = false }: Selection,
  architecture: string,
  signal: AbortSignal,
): Promise<Set<string>> {
  const apt = await privateApt(root, lines, recommends, architecture, signal);
  await apt(["update", "-qq", "-o", "APT::Update::Error-Mode=any"]);
  const solve = async (wanted: readonly string[]) =>
    filesIn(await apt(["install", "-q", "--yes", "--print-uris", "--", ...wanted]), root);
  const groups = [...(bootstrap ? [MINIMAL] : []), ...packages.map((each) => [each])];
  try {
    return new Set(await solve(groups.flat()));
  } catch (error) {
    signal.throwIfAborted();
    if (UNKNOWN.test((error as Error).message) || groups.length < 2) throw told(error, architecture);
    return apart(groups, solve, architecture, signal);
  }
}

/** Packages that exclude each other are for different machines: each is solved by itself. */
async function apart(
  groups: readonly string[][],
  solve: (wanted: string[]) => Promise<string[]>,
  architecture: string,
  signal: AbortSignal,
): Promise<Set<string>> {
  const files = new Set<string>();
  const failures: string[] = [];
  for (const group of groups) {
    try {
      for (const file of await solve(group)) files.add(file);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(told(error, architecture).message);
    }
  }
  if (failures.length > 0) throw new ArchiveError(failures.join("\n"));
  return files;
}

async function privateApt(
  root: string,
  lines: readonly string[],
  recommends: boolean,
  architecture: string,
  signal: AbortSignal,
): Promise<(argv: string[]) => Promise<string>> {
  const home = join(root, `apt-${architecture}`);
  const made = ["etc/apt/apt.conf.d", "etc/apt/preferences.d", "var/lib/dpkg", "var/lib/apt/lists/partial"];
  for (const each of [...made, "var/cache/apt/archives/partial"]) await mkdir(join(home, each), { recursive: true });
  const conf = [
    `Dir "${home}/";`,
    `Dir::State::status "${home}/var/lib/dpkg/status";`,
    `APT::Architecture "${architecture}"; APT::Architectures { "${architecture}"; };`,
    `APT::Install-Recommends "${recommends}"; APT::Sandbox::User "root"; Acquire::Languages "none";`,
  ];
  await writeFile(join(home, "apt.conf"), conf.join("\n"));
  await writeFile(join(home, "var/lib/dpkg/status"), "");
  await writeFile(join(home, "etc/apt/sources.list"), lines.join("\n"));
  const env = { ...process.env, APT_CONFIG: join(home, "apt.conf"), LC_ALL: "C" };
  return async (argv) => {
    const run = promisify(execFile)("apt-get", argv, { env, signal, maxBuffer: 2 ** 28 });
    return (await run).stdout;
  };
}

/** Lines such as `'file:/root/0/pool/h/hello_1_amd64.deb' hello_1_amd64.deb 53080 SHA256:...`: paths below the root. */
function filesIn(said: string, root: string): string[] {
  const start = decodeURIComponent(pathToFileURL(root).pathname);
  return [...said.matchAll(/^'file:([^']+)'/gm)].map(([, path = ""]) =>
    posix.relative(start, posix.normalize(decodeURIComponent(path))),
  );
}

function told(error: unknown, architecture: string): Error {
  const { code, stdout = "", stderr = "" } = error as { code?: unknown; stdout?: string; stderr?: string };
  if (code === "ENOENT")
    return new Error("filtering needs apt-get, which is not there. Try: a Debian or Ubuntu host, or whole suites");
  const why = [...stdout.split("\n").filter((line) => /Depends:|Conflicts:|Breaks:/.test(line)), ...stderr.split("\n")];
  const said = why.filter((line) => line.trim() !== "" && !line.startsWith("W:")).slice(0, 20);
  return new ArchiveError(
    `for ${architecture}: ${said.map((line) => line.trim().replace(/\.$/, "")).join("; ")}. Try: packages and suites that fit together`,
  );
}
