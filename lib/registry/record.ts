import { createHash } from "node:crypto";
import type { Host } from "../host/host";
import type { Collected } from "./window";

/** What a registry was to hold when its garbage was collected last, and what that took away. */
export interface CollectionRecord extends Collected {
  content: string;
}

const pathOf = (registry: string): string =>
  `/var/lib/openstack-site/collected/${createHash("sha256").update(registry).digest("hex").slice(0, 32)}.json`;

/** The record of a registry, kept on the host that runs it. */
export async function readRecord(host: Host, registry: string): Promise<CollectionRecord | undefined> {
  const text = await host.readFile(pathOf(registry));
  return text && (JSON.parse(text.toString()) as CollectionRecord);
}

export function writeRecord(host: Host, registry: string, record: CollectionRecord): Promise<void> {
  return host.writeFile(pathOf(registry), `${JSON.stringify(record)}\n`);
}

export function removeRecord(host: Host, registry: string): Promise<void> {
  return host.removeFile(pathOf(registry));
}
