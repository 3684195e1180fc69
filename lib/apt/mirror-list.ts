/** One `deb` line: what is mirrored from where. */
export interface MirrorLine {
  uri: string;
  suite: string;
  components: string[];
  /** Absent where the line names none: then `defaultarch` of the file, or the machine's own. */
  architecture?: string;
  sources: boolean;
}

export interface MirrorList {
  lines: MirrorLine[];
  /** Archives whose files are removed once nothing names them any more. */
  clean: string[];
  /** `set name value`, as the file says. */
  settings: Record<string, string>;
}

interface Mistake {
  line: number;
  why: string;
}

/** Reads apt-mirror's mirror.list as it is; every line it cannot mean anything by is told at once. */
export function parseMirrorList(text: string, file: string): MirrorList {
  const list: MirrorList = { lines: [], clean: [], settings: {} };
  const mistakes: Mistake[] = [];
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.replace(/(^|\s)#.*$/, "").trim();
    const why = line === "" ? undefined : take(line.split(/\s+/), list);
    if (why !== undefined) mistakes.push({ line: index + 1, why });
  }
  if (mistakes.length === 0) return list;
  const told = mistakes.map(({ line, why }) => `  - line ${line}: ${why}`).join("\n");
  throw new Error(
    `${file} has lines that cannot be read:\n${told}\nTry: deb-amd64 http://archive.example.org/debian trixie main`,
  );
}

/** Puts the words of a line into the list, or says what is wrong with them. */
function take([verb = "", ...words]: string[], list: MirrorList): string | undefined {
  const [, kind, architecture] = /^(deb-src|deb)(?:-([a-z0-9]+))?$/.exec(verb) ?? [];
  if (kind !== undefined) return takeArchive(words, kind === "deb-src", architecture, list);
  const [first, second] = words;
  if (verb === "clean" && first !== undefined) list.clean.push(first);
  else if (verb === "set" && first !== undefined && second !== undefined) list.settings[first] = second;
  else if (verb !== "skip-clean")
    return `"${verb}" is none of deb, deb-<architecture>, deb-src, clean, skip-clean and set`;
  return undefined;
}

function takeArchive(words: string[], sources: boolean, architecture: string | undefined, list: MirrorList) {
  const [uri = "", suite = "", ...components] = words[0]?.startsWith("[") ? afterOptions(words) : words;
  if (!/^(https?|ftp|file):\/\//.test(uri)) return `"${uri}" is no URI`;
  if (suite === "") return "there is no suite";
  if (components.length === 0 && !suite.endsWith("/")) return `suite ${suite} has no component`;
  list.lines.push({ uri, suite, components, sources, ...(architecture === undefined ? {} : { architecture }) });
  return undefined;
}

/** What follows `[arch=amd64 signed-by=...]`; the options are those of a client, not of a mirror. */
function afterOptions(words: string[]): string[] {
  return words.slice(words.findIndex((word) => word.endsWith("]")) + 1);
}

/** What is mirrored: one entry a suite, with all the components and architectures its lines name. */
export function suitesOf({ lines, settings }: MirrorList): ListedSuite[] {
  const fallback = settings["defaultarch"] ?? "amd64";
  const suites = new Map<string, ListedSuite>();
  for (const { uri, suite, components, architecture = fallback, sources } of lines) {
    const known = suites.get(`${uri} ${suite}`);
    const join = (before: string[] = [], more: string[]) => [...new Set([...before, ...more])];
    suites.set(`${uri} ${suite}`, {
      ...{ uri, suite, sources: sources || (known?.sources ?? false) },
      components: join(known?.components, components),
      architectures: join(known?.architectures, sources ? [] : [architecture]),
    });
  }
  return [...suites.values()];
}

export interface ListedSuite {
  uri: string;
  suite: string;
  components: string[];
  architectures: string[];
  sources: boolean;
}
