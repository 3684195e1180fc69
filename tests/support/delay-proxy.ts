import { createConnection, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export interface DelayProxy {
  /** `127.0.0.1:port`, in front of the target. */
  address: string;
  close(): Promise<void>;
}

/** Stands for a link of that round trip: half of it each way, and a whole one for the handshake of each connection. */
export async function startDelayProxy(target: string, roundTrip: number): Promise<DelayProxy> {
  const [host = "", port = ""] = target.split(":");
  const sockets = new Set<Socket>();
  const server = createServer(async (near) => {
    sockets.add(near.setNoDelay());
    near.on("error", () => near.destroy());
    await wait(roundTrip);
    const far = createConnection({ host, port: Number(port) });
    sockets.add(far.setNoDelay());
    far.on("error", () => near.destroy());
    late(near, far, roundTrip / 2);
    late(far, near, roundTrip / 2);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const bound = server.address();
  if (typeof bound !== "object" || !bound) throw new Error("the delaying proxy has no port");
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      for (const socket of sockets) socket.destroy();
    });
  return { address: `127.0.0.1:${bound.port}`, close };
}

/** Timers of one length fire in the order they were set, so bytes stay in order. */
function late(from: Socket, to: Socket, delay: number): void {
  from.on("data", (chunk) => setTimeout(() => to.writable && to.write(chunk), delay));
  from.on("end", () => setTimeout(() => to.end(), delay));
  from.on("close", () => setTimeout(() => to.destroy(), delay * 2));
}
