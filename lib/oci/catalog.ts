import type { RegistryClient } from "./client";
import type { Answer } from "./transport";

/** Every repository of a registry. */
export function listRepositories(client: RegistryClient, signal?: AbortSignal): Promise<string[]> {
  const read = ({ body }: Answer) => (JSON.parse(body.toString()) as { repositories: string[] | null }).repositories;
  return paged(client, { path: "_catalog?n=1000", accept: [200] }, read, signal);
}

/** Every tag of a repository; none where there is no such repository. */
export function listTags(client: RegistryClient, repository: string, signal?: AbortSignal): Promise<string[]> {
  const read = (answer: Answer) => readTags(client, answer, signal);
  return paged(client, { repository, path: "tags/list?n=1000", accept: [200, 404] }, read, signal);
}

/** Whether a repository has any tag at all. */
export async function hasTags(client: RegistryClient, repository: string, signal?: AbortSignal): Promise<boolean> {
  const call = { repository, path: "tags/list?n=1", accept: [200, 404], ...(signal && { signal }) };
  return ((await readTags(client, await client.request({ ...call, method: "GET" }), signal)) ?? []).length > 0;
}

async function readTags(client: RegistryClient, { status, body }: Answer, signal?: AbortSignal) {
  if (status !== 404) return (JSON.parse(body.toString()) as { tags: string[] | null }).tags;
  await client.assertRegistry(signal);
  return null;
}

async function paged(
  client: RegistryClient,
  call: { repository?: string; path: string; accept: readonly number[] },
  read: (answer: Answer) => Promise<string[] | null> | string[] | null,
  signal?: AbortSignal,
): Promise<string[]> {
  const all: string[] = [];
  let path: string | URL | undefined = call.path;
  while (path !== undefined) {
    const answer: Answer = await client.request({ ...call, method: "GET", path, ...(signal && { signal }) });
    all.push(...((await read(answer)) ?? []));
    const next: string | undefined = /<([^>]+)>;\s*rel="?next"?/.exec(answer.header("link") ?? "")?.[1];
    path = next === undefined ? undefined : new URL(next, answer.url);
  }
  return all;
}
