import { type ExecOptions, type Host, HostError } from "../host/host";

/** A failure the caller knows what to say about: the pattern in Docker's message, and what to try. */
export interface Known {
  pattern: RegExp;
  hint: string;
}

export interface DockerOptions extends Pick<ExecOptions, "effect" | "input" | "timeout"> {
  /** Names the object in errors, e.g. `start container registry`. */
  what: string;
  known?: readonly Known[];
  /** Docker's message that proves the object absent; the call then answers undefined. */
  absent?: RegExp;
}

const DAEMON: Known = {
  pattern: /Cannot connect to the Docker daemon|Is the docker daemon running/i,
  hint: "start Docker on the host: systemctl start docker",
};

/** What Docker itself leaves with (1, 125) is judged here; 127 and the like stay the host's to report. */
const DOCKER_CODES = [0, 1, 125];

/** Runs the docker command line on a host. Answers its output, or undefined where `absent` proved the object away. */
export async function docker(host: Host, argv: readonly string[], options: DockerOptions): Promise<string | undefined> {
  const { what, known = [], absent, ...exec } = options;
  // A pipe even where the connection hands out a socket, which /dev/stdin cannot open.
  const command = argv.includes("/dev/stdin")
    ? ["sh", "-c", 'cat | docker "$@"', "docker", ...argv]
    : ["docker", ...argv];
  const { code, stdout, stderr } = await host.exec(command, { ...exec, accept: DOCKER_CODES });
  if (code === 0) return stdout.toString();
  const message = stderr.toString().trim();
  if (absent?.test(message)) return undefined;
  const hint = [...known, DAEMON].find(({ pattern }) => pattern.test(message))?.hint;
  throw new HostError("failed", host.name, `docker: ${what} failed: ${message.slice(-2000)}`, hint, code);
}

/** `docker <noun> inspect <name>`, parsed; undefined where Docker says there is no such object. */
export async function inspect<T>(host: Host, noun: "container" | "image" | "network", name: string) {
  const absent = noun === "network" ? /No such network|network .* not found/i : new RegExp(`No such ${noun}`, "i");
  const text = await docker(host, [noun, "inspect", name], { what: `inspect ${noun} ${name}`, absent });
  return text === undefined ? undefined : (JSON.parse(text) as [T])[0];
}
