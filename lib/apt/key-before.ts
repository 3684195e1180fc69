import { cp, rename, rm, stat } from "node:fs/promises";
import { absent } from "../content/record";
import { effect } from "../effect";
import { stopAgent } from "./gpg";
import { removeKey } from "./site-key";

const before = (home: string): string => `${home}.before`;

/** Keeps a key that is taken over, as it stands. */
export async function rememberKey(home: string): Promise<void> {
  await stopAgent(home);
  const partial = `${before(home)}~`;
  await effect(`keep ${home}`, async () => {
    await rm(partial, { recursive: true, force: true });
    await cp(home, partial, { recursive: true, preserveTimestamps: true, filter: isNoSocket });
    await rm(before(home), { recursive: true, force: true });
    await rename(partial, before(home));
  });
}

/** Puts the key that stood there before in the place of ours. */
export async function putBackKey(home: string): Promise<void> {
  if (!(await stat(before(home)).catch(absent))) return;
  await removeKey(home);
  await effect(`put back ${home}`, () => rename(before(home), home));
}

/** gpg's agent may leave its own behind, which cannot be copied. */
async function isNoSocket(path: string): Promise<boolean> {
  return !(await stat(path)).isSocket();
}
