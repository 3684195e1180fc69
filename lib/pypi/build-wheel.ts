import type { Host } from "../host/host";
import { isWheel } from "./filename";
import { IndexError } from "./name";
import type { Target } from "./target";

/** What a wheel was built with: of this its bytes depend, beside the sdist. */
export interface Builder {
  python: string;
  pip: string;
  /** As the machine names it. */
  system: string;
  architecture: string;
  glibc: string;
  compiler: string;
}

export interface BuiltWheel {
  filename: string;
  /** Its bytes, in base64. */
  wheel: string;
  log: string;
  with: Builder;
}

interface Answer extends Partial<BuiltWheel> {
  failure?: string;
}

/** Some of what is built this way takes hours on a slow machine. */
const LONGEST = 6 * 3_600_000;

/** Builds with the interpreter it is told, in a directory that goes with it; dates in the wheel are those of zip's first day. */
const PROGRAM = String.raw`
import base64, json, os, platform, shutil, signal, subprocess, sys, tempfile
python, filename = sys.argv[1:]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
def say(*argv):
    try: return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.strip()
    except OSError: return ""
def build(work):
    if not shutil.which(python): return {"failure": "there is no " + python}
    pip = say(python, "-m", "pip", "--version")
    if not pip.startswith("pip "): return {"failure": python + " has no pip"}
    sdist, out = os.path.join(work, filename), os.path.join(work, "wheels")
    with open(sdist, "wb") as file: file.write(sys.stdin.buffer.read())
    argv = [python, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--no-input", "--disable-pip-version-check", "--wheel-dir", out, sdist]
    settings = dict(os.environ, SOURCE_DATE_EPOCH="315532800", PYTHONHASHSEED="0", PIP_CONSTRAINT="")
    run = subprocess.run(argv, env=settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=work)
    log = run.stdout.replace(work, ".")
    if run.returncode: return {"failure": log[-4000:]}
    [wheel] = os.listdir(out)
    with open(os.path.join(out, wheel), "rb") as file: content = base64.b64encode(file.read()).decode()
    made = {"python": say(python, "-VV").replace("\n", " "), "pip": pip.split(" ")[1], "system": platform.platform(),
            "architecture": platform.machine(), "glibc": platform.libc_ver()[1], "compiler": (say("cc", "--version") or "none").split("\n")[0]}
    return {"filename": wheel, "wheel": content, "log": log, "with": made}
with tempfile.TemporaryDirectory(prefix="openstack-site-wheel-") as work: print(json.dumps(build(work)))
`;

/** Builds a wheel of an sdist on a machine of the target's kind, with the pip of its Python. */
export async function buildWheel(
  builder: Host,
  { filename, bytes }: { filename: string; bytes: Buffer },
  target: Target,
  signal: AbortSignal,
): Promise<BuiltWheel> {
  const argv = ["python3", "-c", PROGRAM, `python${target.python}`, filename];
  const options = { input: bytes, timeout: LONGEST, signal, effect: `build ${filename} on ${builder.name}` };
  const { stdout } = await builder.exec(argv, options);
  const { failure, ...built } = JSON.parse(stdout.toString()) as Answer;
  if (failure !== undefined) throw new IndexError(told(builder.name, filename, failure, target));
  const whole = built as BuiltWheel;
  assertFit(builder.name, whole, target);
  return whole;
}

function told(builder: string, filename: string, failure: string, { python }: Target): string {
  const needs = `python${python} with pip and its headers, a compiler, and what the package itself needs to be built`;
  return `${filename} could not be built on ${builder}:\n${failure}\nTry: on ${builder} ${needs}`;
}

/** A wheel's name tells neither the C library nor, where a builder lies about itself, the machine. */
function assertFit(builder: string, { filename, with: made }: BuiltWheel, { architecture, glibc }: Target): void {
  const refuse = (why: string, hint: string) => {
    throw new IndexError(`${filename} of ${builder}: ${why}. Try: ${hint}`);
  };
  if (!isWheel(filename)) refuse("it is no wheel", "another version of the package");
  if (filename.endsWith("-any.whl")) return;
  if (made.architecture !== architecture)
    refuse(`built on ${made.architecture}, wanted for ${architecture}`, `a builder that is ${architecture}`);
  const minor = (version: string) => Number(version.split(".")[1]);
  if (minor(made.glibc) > minor(glibc))
    refuse(`built with glibc ${made.glibc}, wanted for ${glibc}`, "a builder as old as the oldest that installs");
}
