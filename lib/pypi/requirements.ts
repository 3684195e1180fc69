import { IndexError, isName, normalise } from "./name";
import { canonical } from "./version";

/** One version of one project. */
export interface Pin {
  name: string;
  version: string;
  /** For which of the targets it is meant, where not for all: one of these has to apply. */
  markers?: readonly string[];
}

/**
 * The pins of a list: the output of pip freeze, OpenStack's upper-constraints, a lock with hashes. Several versions of a
 * name are legal. All that is no pin is told at once.
 */
export function parsePins(text: string, origin: string): Pin[] {
  const pins = new Map<string, Pin>();
  const failures: string[] = [];
  for (const { line, number } of logicalLines(text)) {
    const pin = pinOf(line);
    if (typeof pin === "string") failures.push(`${origin}:${number}: ${pin}: ${line.slice(0, 120)}`);
    else if (pin) add(pins, pin);
  }
  if (failures.length > 0) throw new IndexError(failures.join("\n"));
  return [...pins.values()];
}

/** A pin that stands there twice is meant for whom either line names. */
export function add(pins: Map<string, Pin>, pin: Pin): void {
  const key = `${pin.name}==${pin.version}`;
  const other = pins.get(key);
  const both = other?.markers && pin.markers ? { markers: [...other.markers, ...pin.markers] } : {};
  pins.set(key, other ? { name: pin.name, version: pin.version, ...both } : pin);
}

function* logicalLines(text: string): Generator<{ line: string; number: number }> {
  let gathered = "";
  let start = 0;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (gathered === "") start = index + 1;
    const comment = /^\s*#/.test(raw) ? "" : raw.replace(/\s+#.*$/, "");
    gathered += comment.replace(/\\$/, " ");
    if (/\\$/.test(comment)) continue;
    if (gathered.trim()) yield { line: gathered.trim(), number: start };
    gathered = "";
  }
}

/** Nothing for the lines of a list that say where to look: the index's own arguments do. Text says what is wrong. */
function pinOf(line: string): Pin | undefined | string {
  if (/^(-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host|--no-binary|--only-binary)\b/.test(line))
    return undefined;
  if (/^(-e|--editable|-r|--requirement|-c|--constraint)\b/.test(line))
    return "it points elsewhere. Try: the pins it leads to, or a source tree";
  const [bare = "", ...rest] = line.replace(/\s+--hash[=\s]\S+/g, "").split(";");
  const [, name = "", version = ""] = /^\s*([^\s[=<>!~@]+)\s*(?:\[[^\]]*\])?\s*={2,3}\s*([^\s,]+)\s*$/.exec(bare) ?? [];
  if (!name) return "no pin of one version. Try: name==version, or resolve the list first";
  const known = canonical(version);
  if (!isName(name)) return "no name of a project";
  if (!known) return "no version as PEP 440 knows them";
  const marker = rest.join(";").trim();
  return { name: normalise(name), version: known, ...(marker ? { markers: [marker] } : {}) };
}
