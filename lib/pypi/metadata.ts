import { digestOf } from "../content/digest";
import { parseFilename } from "./filename";
import { IndexError, normalise } from "./name";
import { canonical, versionKey } from "./version";
import { readMember } from "./zip";

const LARGEST = 20_000_000;

/** The METADATA inside a wheel. A wheel that is another one than its name says is refused. */
export function metadataOf(path: string, filename: string): { bytes: Buffer; requiresPython?: string } {
  const bytes = member(path, filename);
  const [headers = ""] = bytes.toString("utf8").split(/\r?\n\r?\n/, 1);
  const header = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)\\s*$`, "im").exec(headers)?.[1];
  const expected = parseFilename(filename);
  const [name, version] = [normalise(header("Name") ?? ""), canonical(header("Version") ?? "") ?? ""];
  if (name !== expected?.name || versionKey(version) !== versionKey(expected.version))
    throw new IndexError(`${filename}: its METADATA is of ${name || "no name"} ${version || "without a version"}`);
  const requiresPython = header("Requires-Python");
  return { bytes, ...(requiresPython ? { requiresPython } : {}) };
}

function member(path: string, filename: string): Buffer {
  try {
    const found = readMember(path, (name) => /^[^/]+\.dist-info\/METADATA$/.test(name), LARGEST);
    if (found) return found;
  } catch (error) {
    throw new IndexError(`${filename}: it cannot be read as a wheel: ${(error as Error).message}`);
  }
  throw new IndexError(`${filename}: a wheel without METADATA`);
}

/** Where an index hands out metadata, it has to be the wheel's own: clients resolve by it. */
export function assertAnnounced(filename: string, bytes: Buffer, announced: string | undefined): void {
  const found = digestOf(bytes).slice("sha256:".length);
  if (announced !== undefined && announced !== found)
    throw new IndexError(`${filename}: the index announces METADATA ${announced}, inside is ${found}`);
}
