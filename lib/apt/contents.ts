import type { Digest } from "../content/digest";
import type { Fetch } from "../content/fetch";
import type { DownloadClient } from "../http/download-client";
import { type FilteredSuite, filteredSuites } from "./filtered";
import { nameOf, type SuiteRecord } from "./manifest";
import type { Selection } from "./solver";
import { type Look, readUpstream } from "./upstream";

export interface Wish extends Look, Partial<Selection> {
  /** Digests of the heads the plan saw, by `<uri> <suite>`; another one is refused. */
  planned?: Readonly<Record<string, Digest>>;
}

export interface Contents {
  suites: SuiteRecord[];
  /** What has to be signed: of each suite that was filtered. */
  filtered: FilteredSuite[];
  failures: string[];
}

/** What a mirror holds once it is up to date: suites as their archives have them, or the packages selected of them. */
export async function contentsNow(
  wish: Wish,
  standing: readonly SuiteRecord[],
  client: DownloadClient,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Contents> {
  const { packages, recommends, bootstrap } = wish;
  if (packages === undefined) {
    const whole = await readUpstream(wish, standing, client, fetch, "packages", signal);
    return asPlanned({ ...whole, filtered: [] }, wish);
  }
  const { suites, failures } = await readUpstream(wish, [], client, fetch, "indexes", signal);
  if (failures.length > 0) return { suites: [], filtered: [], failures };
  const selection = { packages, recommends: recommends ?? false, bootstrap: bootstrap ?? false };
  try {
    const filtered = await filteredSuites(fetch, wish.name, wish.suites, suites, selection, signal);
    return asPlanned({ suites: filtered.map(({ record }) => record), filtered, failures }, wish);
  } catch (error) {
    signal.throwIfAborted();
    return { suites: [], filtered: [], failures: [(error as Error).message] };
  }
}

function asPlanned({ suites, filtered, failures }: Contents, { planned }: Wish): Contents {
  const kept = suites.filter((each) => (planned?.[nameOf(each)] ?? each.head) === each.head);
  const moved = suites.filter((each) => !kept.includes(each));
  const told = moved.map((each) => `${nameOf(each)} changed since it was planned. Try: pulumi up again`);
  return { suites: kept, filtered, failures: [...failures, ...told] };
}
