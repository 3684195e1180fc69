import { randomBytes } from "node:crypto";
import type { FileStat } from "./host";
import { quote } from "./quote";

export type Verb = "read" | "stat" | "list";

const STAT = "%F|%s|%a|%U|%u|%G|%g";

interface Command {
  command: string;
  /** What stands after each path's part of the output; empty where there is only one part. */
  separator: string;
}

/** The command that looks at many paths at once. */
export const lookCommands: Record<Verb, (paths: string[]) => Command> = {
  /** cat's own environment, read as a file, is a separator no file holds by chance; nothing has to be written for it. */
  read: (paths) => {
    const mark = randomBytes(16).toString("hex");
    const words = paths.flatMap((path) => [path, "/proc/self/environ"]);
    return {
      command: quote(["env", "-i", "LC_ALL=C", `MARK=${mark}`, "cat", "--", ...words]),
      separator: `LC_ALL=C\0MARK=${mark}\0`,
    };
  },
  stat: (paths) => ({ command: `LC_ALL=C ${quote(["stat", "-L", "-c", STAT, "--", ...paths])}`, separator: "\n" }),
  list: ([path = ""]) => ({
    command: `LC_ALL=C ${quote(["find", `${path}/`, "-mindepth", "1", "-maxdepth", "1", "-printf", "%f\\0"])}`,
    separator: "",
  }),
};

/** Whether a message of the command is about this path. */
export function namesPath(line: string, path: string): boolean {
  return line.includes(` ${path}: `) || line.includes(` '${path}': `);
}

export function split(output: Buffer, separator: string): Buffer[] {
  if (!separator) return [output];
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = output.indexOf(separator); end >= 0; end = output.indexOf(separator, start)) {
    parts.push(output.subarray(start, end));
    start = end + Buffer.byteLength(separator);
  }
  return parts;
}

/** What one line of STAT says. */
export function parseStat(line: string): FileStat {
  const [kind = "", size, mode = "", owner = "", uid = "", group = "", gid = ""] = line.split("|");
  return {
    type: kind.startsWith("regular") ? "file" : kind === "directory" ? "directory" : "other",
    size: Number(size),
    mode: mode.padStart(4, "0"),
    owner: owner === "UNKNOWN" ? uid : owner,
    group: group === "UNKNOWN" ? gid : group,
  };
}
