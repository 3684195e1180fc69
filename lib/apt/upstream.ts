import type { Fetch } from "../content/fetch";
import type { DownloadClient } from "../http/download-client";
import { inParallel } from "../parallel";
import { nameOf, type SuiteRecord } from "./manifest";
import { type Depth, resolveSuite } from "./mirror-suite";
import { noteSeen, readSeen } from "./seen";
import type { SuiteSource } from "./suite";

/** Suites that are asked at once: a few, as each asks for its indexes at once. */
const AT_ONCE = 8;

export interface Look {
  name: string;
  suites: readonly SuiteSource[];
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
  depth: Depth,
  signal: AbortSignal,
): Promise<{ suites: SuiteRecord[]; failures: string[] }> {
  const seen = await readSeen(fetch.store, look.name);
  const now = new Date();
  const results = await inParallel(look.suites, AT_ONCE, async (source) => {
    const known = [...seen, ...standing].filter((each) => nameOf(each) === nameOf(source));
    try {
      return { record: await resolveSuite(client, fetch, source, known, now, depth, signal) };
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
  return {
    suites: results.flatMap(({ record }) => record ?? []),
    failures: results.flatMap(({ failure }) => failure ?? []),
  };
}
