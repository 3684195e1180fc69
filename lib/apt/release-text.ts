import { digestOf } from "../content/digest";
import { stanzas } from "./deb822";
import type { SuiteSource } from "./suite";

/** What clients pin and choose by, and what a selection leaves true. Valid-Until is not among them: see ADR 14. */
const KEPT = ["Origin", "Label", "Suite", "Version", "Codename", "Description", "NotAutomatic", "ButAutomaticUpgrades"];

/** A Release over these files, after the upstream's own, and still without a date: equal content is an equal text. */
export function releaseText(
  upstream: string,
  files: ReadonlyMap<string, Buffer>,
  { suite, components, architectures }: SuiteSource,
): string {
  const [fields] = stanzas(upstream);
  const kept = KEPT.flatMap((name) => {
    const value = fields?.get(name);
    return value === undefined ? [] : [`${name}: ${value}`];
  });
  const flat = suite.endsWith("/");
  const sums = [...files.keys()].sort().map((path) => {
    const bytes = files.get(path) as Buffer;
    return ` ${digestOf(bytes).slice("sha256:".length)} ${bytes.length} ${path}`;
  });
  return [
    ...kept,
    "Acquire-By-Hash: yes",
    ...(flat ? [] : [`Architectures: ${architectures.join(" ")}`, `Components: ${components.join(" ")}`]),
    "SHA256:",
    ...sums,
    "",
  ].join("\n");
}

export const dated = (release: string, date: Date): string =>
  `Date: ${date.toUTCString().replace("GMT", "UTC")}\n${release}`;
