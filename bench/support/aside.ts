import { once } from "node:events";
import { type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";
import { RegistryClient } from "../../lib/oci/client";
import { startDelayProxy } from "../../tests/support/delay-proxy";
import { startRegistry, type TestRegistry } from "../../tests/support/registry";
import { fill, imagesOf } from "./listed";

/** A registry that another thread looks after, for who waits for other programs or is measured. */
export interface Aside extends TestRegistry {
  /** The same registry, a link of the round trip asked for away. */
  far: string;
  /** Pushes images, which this thread then knows nothing of. */
  fill(count: number, prefix: string): Promise<void>;
}

type Order = "close" | { count: number; prefix: string };

export async function aside(roundTrip = 0): Promise<Aside> {
  const worker = new Worker(__filename, { workerData: roundTrip });
  const [addresses] = (await once(worker, "message")) as [Pick<Aside, "address" | "far">];
  const ask = async (order: Order, answer: "message" | "exit") => {
    worker.postMessage(order);
    await once(worker, answer);
  };
  return {
    ...addresses,
    fill: (count, prefix) => ask({ count, prefix }, "message"),
    close: () => ask("close", "exit"),
  };
}

/** Runs a bench, or in the thread that `aside` began, what that thread is for. */
export function bench(main: () => Promise<void>): void {
  void (parentPort ? serve(parentPort) : main());
}

async function serve(port: MessagePort): Promise<void> {
  const registry = await startRegistry();
  const proxy = await startDelayProxy(registry.address, workerData as number);
  const client = new RegistryClient({ address: registry.address, insecure: true });
  port.postMessage({ address: registry.address, far: proxy.address });
  for (;;) {
    const [order] = (await once(port, "message")) as [Order];
    if (order === "close") break;
    await fill(client, imagesOf(order.count, order.prefix));
    port.postMessage("filled");
  }
  for (const each of [client, proxy, registry]) await each.close();
  process.exit();
}
