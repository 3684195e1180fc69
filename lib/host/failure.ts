import { HostError, type HostErrorCode } from "./host";
import { quote } from "./quote";

const ARGV_LIMIT = 400;
const STDERR_LIMIT = 2000;

/** argv for people: quoted, and cut where it grows long. */
export function describe(argv: readonly string[]): string {
  const text = quote(argv);
  return text.length > ARGV_LIMIT ? `${text.slice(0, ARGV_LIMIT)}...` : text;
}

/** The last lines of what a command said, without control characters, below 2 kB. */
export function lastLines(output: Buffer): string {
  const text = output.subarray(-STDERR_LIMIT).toString();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences must not reach the reader's terminal
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\ufffd]/g, "").trim();
}

/** `docker start x on lab-1 exited with 1: <last lines>`. Never holds the input or the environment. */
export function commandFailure(
  host: string,
  argv: readonly string[],
  what: string,
  stderr: Buffer,
  code: HostErrorCode,
  exitCode?: number,
): HostError {
  const said = lastLines(stderr);
  const message = `${describe(argv)} on ${host} ${what}${said && `: ${said}`}`;
  return new HostError(code, host, message, hints[code], exitCode);
}

const hints: Partial<Record<HostErrorCode, string>> = {
  missing: "install the command on that host, or check its PATH",
  cut: "the command may have done part of its work; run again, it starts from what is there",
  timeout: "look at the load of that host, or give the call more time",
};

/** `read /etc/hosts on lab-1 failed: Permission denied`. */
export function fileFailure(host: string, verb: string, path: string, cause: string): HostError {
  return new HostError("failed", host, `${verb} ${path} on ${host} failed: ${cause}`);
}
