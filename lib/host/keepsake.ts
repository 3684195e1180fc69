import { createHash } from "node:crypto";
import type { FileStat, Host } from "./host";
import { LEDGER_DIRECTORY } from "./ledger";

/** What a file was before it was adopted: its bytes are kept beside the ledger, readable by root alone. */
interface Keepsake extends Pick<FileStat, "mode" | "owner" | "group"> {
  kept: string;
}

/** Where the copy of a file is kept. */
export const keptAt = (path: string): string =>
  `${LEDGER_DIRECTORY}/kept/${createHash("sha256").update(path).digest("hex").slice(0, 32)}`;

/** Copies the file aside, byte for byte, and returns the note from which `restore` finds it. */
export async function keep(host: Host, path: string): Promise<Keepsake> {
  const [content, stat] = await Promise.all([host.readFile(path), host.stat(path)]);
  if (!content || !stat) throw new Error(`${path} vanished while it was being adopted`);
  const kept = keptAt(path);
  await host.writeFile(kept, content, { mode: "0600" });
  return { kept, mode: stat.mode, owner: stat.owner, group: stat.group };
}

/** Puts the file back as it was and forgets the copy. May run again after a crash. */
export async function restore(host: Host, path: string, note: unknown): Promise<void> {
  const { kept, mode, owner, group } = note as Keepsake;
  const content = await host.readFile(kept);
  if (!content) return;
  await host.writeFile(path, content, { mode, owner, group });
  await host.removeFile(kept);
}
