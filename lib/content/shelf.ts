import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { effect } from "../effect";
import type { Digest } from "./digest";
import { discard } from "./discard";
import { digestForm } from "./form";
import { pin, pinnedBy, unpin } from "./pins";
import { lostOf } from "./reach";
import { parseRecord, readForm, removeRecord, writeRecord } from "./record";
import type { Earlier } from "./retention";
import type { ContentStore } from "./store";

/** Where something kept in a store stands. It is written last, so what it says is all in the store. */
export interface Standing {
  manifest: Digest;
  /** What it held before, newest first: what can still be served again. */
  earlier: Earlier[];
  /** States it gave up, whose files are being removed: a run cut short leaves them to the next one. */
  leaving?: Digest[];
}

const STANDING = z.object({
  manifest: digestForm,
  earlier: z.array(z.object({ manifest: digestForm, until: z.string() })),
});

const manifests = ({ manifest, earlier }: Standing): Digest[] => [manifest, ...earlier.map((each) => each.manifest)];
const all = (standing: Standing): Digest[] => [...manifests(standing), ...(standing.leaving ?? [])];

/** The named things of one plane in a store: what each holds, kept in `<store>/<folder>/<name>.json`. */
export class Shelf<S extends Standing> {
  private readonly form: z.ZodType;

  /** `shape` is what else stands there of which the form must be known. */
  constructor(
    private readonly folder: string,
    shape: z.ZodRawShape = {},
  ) {
    this.form = STANDING.extend(shape);
  }

  file(store: string, name: string): string {
    return join(store, this.folder, `${name}.json`);
  }

  read(store: ContentStore, name: string): Promise<S | undefined> {
    return readForm(this.file(store.root, name), this.form);
  }

  /** The same, of a text that was read from another machine. */
  parse(store: string, name: string, text: string): S {
    return parseRecord(this.file(store, name), this.form, text);
  }

  /** Says what is about to come for it: where the run that brings it is killed, the next one knows what there is of it. */
  async announce(store: ContentStore, name: string, coming: readonly Digest[]): Promise<void> {
    await pin(store, this.owner(name), [...(await pinnedBy(store, this.owner(name))), ...coming]);
  }

  /** Lets it stand where this says; states that are no longer kept go, with the files only they name. */
  async settle(store: ContentStore, name: string, before: S | undefined, after: S): Promise<void> {
    if (isDeepStrictEqual(before, after)) return;
    await this.announce(store, name, manifests(after));
    // Only now: what is found in the store from here on, nobody takes away any more.
    const lost = await lostOf(store, after.manifest, before?.manifest);
    if (lost > 0)
      throw new Error(`${lost} files of ${name} went from ${store.root} while it was made. Try: pulumi up again`);
    await this.stand(store, name, before, after);
  }

  /** Of what is pinned already. */
  private async stand(store: ContentStore, name: string, before: S | undefined, after: S): Promise<void> {
    const known = [...(before ? all(before) : []), ...(await pinnedBy(store, this.owner(name)))];
    const gone = known.filter((each) => !manifests(after).includes(each));
    const note = (what: S) => writeRecord(this.file(store.root, name), what, `note ${this.owner(name)}`);
    if (gone.length > 0) {
      await note({ ...after, leaving: gone });
      await pin(store, this.owner(name), manifests(after));
      await discard(store, gone);
    }
    await note(after);
  }

  /** Notes what it holds and keeps it, whatever happens to it: for the day it is put back. */
  async remember(store: ContentStore, name: string): Promise<S | null> {
    const standing = await this.read(store, name);
    if (standing) await pin(store, `before/${this.owner(name)}`, manifests(standing));
    return standing ?? null;
  }

  /** Lets it stand where it stood when it was remembered. */
  async putBack(store: ContentStore, name: string, before: S): Promise<void> {
    await this.announce(store, name, manifests(before));
    await this.stand(store, name, await this.read(store, name), before);
    await unpin(store, `before/${this.owner(name)}`);
  }

  /** Takes it out of its store; its files stay unless told otherwise, or as long as somebody else names them. */
  async forget(store: ContentStore, name: string, deleteData: boolean): Promise<void> {
    const standing = await this.read(store, name);
    const known = [...(standing ? all(standing) : []), ...(await pinnedBy(store, this.owner(name)))];
    if (known.length === 0) return;
    // First: a removal cut short still knows what is left to remove.
    if (deleteData) await discard(store, known, this.owner(name));
    await unpin(store, this.owner(name));
    await effect(`forget ${this.owner(name)}`, () => removeRecord(this.file(store.root, name)));
  }

  private owner(name: string): string {
    return `${this.folder}/${name}`;
  }
}
