import { createHash } from "node:crypto";
import { zipOf } from "./zip";

export interface WheelParts {
  /** `<python>-<abi>-<platform>`; default `py3-none-any`. */
  tag?: string;
  requiresPython?: string;
  /** Names of projects. */
  requires?: readonly string[];
  /** Instead of what its file name says. */
  metadata?: string;
  /** What makes it large. */
  data?: Buffer;
}

export interface Built {
  filename: string;
  bytes: Buffer;
}

/** A wheel that pip and uv install: one module that says its version. */
export function wheelOf(name: string, version: string, parts: WheelParts = {}): Built {
  const { tag = "py3-none-any", requiresPython, requires = [], metadata, data } = parts;
  const module = name.toLowerCase().replace(/[-.]/g, "_");
  const info = `${module}-${version}.dist-info`;
  const headers = [
    ...["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`],
    ...(requiresPython ? [`Requires-Python: ${requiresPython}`] : []),
    ...requires.map((each) => `Requires-Dist: ${each}`),
  ];
  const members: Record<string, string | Buffer> = {
    ...(data && { [`${module}/data`]: data }),
    [`${module}/__init__.py`]: `version = "${version}"\n`,
    [`${info}/METADATA`]: metadata ?? `${headers.join("\n")}\n\nA package of the tests.\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
  };
  const lines = Object.entries(members).map(([path, content]) => {
    const digest = createHash("sha256").update(content).digest("base64url");
    return `${path},sha256=${digest},${Buffer.byteLength(content)}`;
  });
  const record = [...lines, `${info}/RECORD,,`, ""].join("\n");
  return { filename: `${module}-${version}-${tag}.whl`, bytes: zipOf({ ...members, [`${info}/RECORD`]: record }) };
}
