import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Takes a port as a sign for other test processes: the kernel gives it back when this one dies. */
export function takePort(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

const TURN = 17_259;

/** Runs `work` while no other test process runs its own: what is made once for all is not made by two at a time. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  let turn = await takePort(TURN);
  for (; turn === undefined; turn = await takePort(TURN)) await sleep(100);
  try {
    return await work();
  } finally {
    turn.close();
  }
}
