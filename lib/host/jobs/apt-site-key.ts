import { putBackKey, rememberKey } from "../../apt/key-before";
import { bringKey, observeKey, removeKey, type SiteKey } from "../../apt/site-key";
import { defineJob } from "../jobs";

interface Home {
  home: string;
}

/** The site's key as it stands; its private half stays where it is. */
export const aptObserveKey = defineJob("apt-observe-key", async ({ home }: Home): Promise<SiteKey | null> => {
  return (await observeKey(home)) ?? null;
});

export const aptBringKey = defineJob(
  "apt-bring-key",
  ({ home, name, generation, keep }: Home & { name: string; generation: number; keep: number }) =>
    bringKey(home, name, generation, keep),
);

export const aptRememberKey = defineJob("apt-remember-key", async ({ home }: Home) => {
  await rememberKey(home);
  return true;
});

/** Takes the key away, or puts back the one that was taken over. */
export const aptRemoveKey = defineJob("apt-remove-key", async ({ home, before }: Home & { before: boolean }) => {
  await (before ? putBackKey(home) : removeKey(home));
  return null;
});
