import { PassThrough, type Readable } from "node:stream";

/** Takes the line `[pid n]` out of stderr, with what the server or a login script said before it. */
export function withoutGroup(stderr: Readable): { rest: Readable; group: Promise<string> } {
  const rest = new PassThrough();
  const group = new Promise<string>((resolve) => {
    let head: Buffer | undefined = Buffer.alloc(0);
    stderr.on("data", (chunk: Buffer) => {
      if (!head) {
        rest.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const match = /\[pid (\d+)\]\n/.exec(head.toString("latin1"));
      if (!match) return;
      resolve(match[1] as string);
      rest.write(head.subarray(match.index + match[0].length));
      head = undefined;
    });
    stderr.on("end", () => rest.end(head));
  });
  return { rest, group };
}
