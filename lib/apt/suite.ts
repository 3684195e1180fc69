import { type Digest, digestOf } from "../content/digest";
import type { DownloadClient } from "../http/download-client";
import { retrying } from "../http/retry";
import { directoryUrl } from "./archive-url";
import { ArchiveError, parseRelease, type Release } from "./release";
import { type Trust, verifyDetached, verifyInline } from "./signature";

/** One suite of one archive, as a site mirrors it. */
export interface SuiteSource {
  uri: string;
  suite: string;
  /** None for a flat repository, whose suite ends with a slash. */
  components: readonly string[];
  architectures: readonly string[];
  sources: boolean;
  /** Whose signature counts; or the one Release that is taken without, by its digest: expired and archived suites. */
  trust: Trust | { pinned: Digest };
}

/** What the archive handed out at the head of a suite: the bytes clients verify, and what they say. */
export interface SuiteHead {
  release: Release;
  /** InRelease, or Release and Release.gpg, by name below the suite. */
  files: Map<string, Buffer>;
  /** Digest of the first of them: what names this state of the suite. */
  digest: Digest;
  /** What the server said for the next conditional GET. */
  validator?: string;
}

export interface Known {
  digest: Digest;
  date: string;
  validator?: string | undefined;
}

const POLICY = { attempts: 4, backoff: 300 };

type Place = Pick<SuiteSource, "uri" | "suite">;

/** A file of the suite, below the archive's root. */
export const below = ({ suite }: Place, path: string): string =>
  suite.endsWith("/") ? `${suite.replace(/^\.\//, "")}${path}` : `dists/${suite}/${path}`;

export const suiteUrl = (place: Place, path: string): URL => directoryUrl(place.uri, below(place, path));

const nameOf = (place: Place): string => `${suiteUrl(place, "")}`;

/** The head of the suite if it is another one than `known`; verified, not expired, and not older. */
export async function fetchHead(
  client: DownloadClient,
  source: SuiteSource,
  known: Known | undefined,
  now: Date,
  signal?: AbortSignal,
): Promise<SuiteHead | undefined> {
  const get = (path: string, headers: Record<string, string>, accept: number[]) =>
    retrying(POLICY, signal, async () => {
      const answer = await client.get(suiteUrl(source, path), headers, accept, signal);
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body) chunks.push(chunk);
      return { status: answer.status, bytes: Buffer.concat(chunks), etag: answer.header("etag") };
    });
  const asked = known?.validator ? { "if-none-match": known.validator } : {};
  const inline = await get("InRelease", asked, [200, 304, 404]);
  if (inline.status === 304) return undefined;
  const validator = inline.etag === undefined ? {} : { validator: inline.etag };
  const files = new Map<string, Buffer>();
  if (inline.status === 200) files.set("InRelease", inline.bytes);
  else {
    for (const name of ["Release", "Release.gpg"]) files.set(name, (await get(name, {}, [200])).bytes);
  }
  const digest = digestOf([...files.values()][0] as Buffer);
  if (digest === known?.digest) return undefined;
  const release = parseRelease(await signedText(source, files, digest), `${nameOf(source)}${[...files.keys()][0]}`);
  assertCurrent(source, release, known, now);
  return { release, files, digest, ...validator };
}

async function signedText(source: SuiteSource, files: Map<string, Buffer>, digest: Digest): Promise<string> {
  const { trust } = source;
  const inline = files.get("InRelease");
  const release = files.get("Release");
  if ("pinned" in trust) {
    if (trust.pinned === digest) return headText(inline ?? (release as Buffer));
    throw new ArchiveError(`${nameOf(source)} is ${digest}, pinned is ${trust.pinned}`);
  }
  if (inline) return verifyInline(inline, trust, `${nameOf(source)}InRelease`);
  return verifyDetached(release as Buffer, files.get("Release.gpg") as Buffer, trust, `${nameOf(source)}Release`);
}

/** The text inside the armor, if there is any: for those who trust the bytes already. */
export function headText(head: Buffer): string {
  const text = head.toString();
  const body = /-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[^\n]+\n)*\r?\n([\s\S]*?)-----BEGIN PGP SIGNATURE-----/.exec(
    text,
  );
  return body?.[1] ?? text;
}

function assertCurrent(source: SuiteSource, release: Release, known: Known | undefined, now: Date): void {
  if ("pinned" in source.trust) return;
  const { validUntil, date } = release;
  if (validUntil && validUntil < now) {
    throw new ArchiveError(
      `${nameOf(source)} expired at ${validUntil.toISOString()}. Try: again later, another archive, or the suite pinned by its digest`,
    );
  }
  if (known && date.toISOString() < known.date) {
    const told = `it went back from ${known.date} to ${date.toISOString()}`;
    throw new ArchiveError(`${nameOf(source)}: ${told}. Try: another archive; this one serves an old copy`);
  }
}
