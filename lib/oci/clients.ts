import { RegistryClient, type RegistryOptions } from "./client";

const clients = new Map<string, RegistryClient>();

/** One client for each registry and process: its connections, its tokens and what it is sending are shared. */
export function sharedClient(options: RegistryOptions): RegistryClient {
  const key = JSON.stringify(options, Object.keys(options).sort());
  const client = clients.get(key) ?? new RegistryClient(options);
  clients.set(key, client);
  return client;
}
