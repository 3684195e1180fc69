import type { Digest } from "../content/digest";
import type { Fetch } from "../content/fetch";
import type { DownloadClient } from "../http/download-client";
import { inParallel } from "../parallel";
import { nameOf, type SuiteRecord } from "./manifest";
import { resolveSuite } from "./mirror-suite";
import { noteSeen, readSeen } from "./seen";
import type { SuiteSource } from "./suite";

/** Suites that are asked at once: a few, as each asks for its indexes at once. */
const AT_ONCE = 8;

export interface Look {
  name: string;
  suites: readonly SuiteSource[];
  /** Digests of the heads the plan saw, by `<uri> <suite>`; another one is refused. */
  planned?: Readonly<Record<string, Digest>>;
}

/**
 * What the archives hold now, one record a suite. A suite that is as it stands, or as it was last seen, is one
 * conditional request; the failures of all suites are told together.
 */
export async function readUpstream(
  look: Look,
  standing: readonly SuiteRecord[],
  client: DownloadClient,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<{ suites: SuiteRecord[]; failures: string[] }> {
  const seen = await readSeen(fetch.store, look.name);
  const now = new Date();
  const results = await inParallel(look.suites, AT_ONCE, async (source) => {
    const known = [...seen, ...standing].filter((each) => nameOf(each) === nameOf(source));
    try {
      return { record: await resolveSuite(client, fetch, source, known, now, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return { known: known[0], failure: (error as Error).message };
    }
  });
  await fetch.settle();
  const last = results.flatMap(({ record, known }) => record ?? known ?? []);
  await noteSeen(
    fetch.store,
    look.name,
    last.filter((each) => !standing.includes(each)),
  );
  const found = results.flatMap(({ record }) => record ?? []);
  const failures = results.flatMap(({ failure }) => failure ?? []);
  const suites = found.filter((record) => isAsPlanned(record, look));
  const moved = found.filter((record) => !suites.includes(record));
  const told = moved.map((record) => `${nameOf(record)} changed since it was planned. Try: pulumi up again`);
  return { suites, failures: [...failures, ...told] };
}

function isAsPlanned(record: SuiteRecord, { planned }: Look): boolean {
  const head = planned?.[nameOf(record)];
  return head === undefined || head === record.head;
}
