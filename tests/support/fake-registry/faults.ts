import type { ServerResponse } from "node:http";

/** A scripted fault: the first `times` requests that match suffer it. */
export interface Fault {
  method: string;
  path: RegExp;
  times: number;
  /** Answer with this status (and headers) instead of serving. */
  status?: number;
  headers?: Record<string, string>;
  /** End the connection after this many bytes of the request's body came. */
  cutAfter?: number;
  /** Serve, but end the connection after this many bytes of the answer's body. */
  cutAnswerAfter?: number;
  /** Serve, but flip a byte of the answer's body. */
  corrupt?: boolean;
  /** Serve, but say that something of another digest was stored or stands there. */
  wrongDigest?: boolean;
  /** Serve after this many milliseconds. */
  delay?: number;
}

export class Faults {
  private readonly scripted: Fault[] = [];

  add(fault: Fault): void {
    this.scripted.push({ ...fault });
  }

  take(method: string, path: string): Fault | undefined {
    const fault = this.scripted.find((each) => each.times > 0 && each.method === method && each.path.test(path));
    if (fault) fault.times--;
    return fault;
  }
}

/** Makes the answer lie as the fault says. */
export function distort(response: ServerResponse, fault: Fault): void {
  if (fault.wrongDigest) {
    const writeHead = response.writeHead.bind(response) as (status: number, headers: object) => ServerResponse;
    const wrong = { "docker-content-digest": `sha256:${"0".repeat(64)}` };
    response.writeHead = ((status: number, headers: object) =>
      writeHead(status, { ...headers, ...wrong })) as ServerResponse["writeHead"];
  }
  const end = response.end.bind(response) as (bytes?: Buffer) => ServerResponse;
  const { cutAnswerAfter } = fault;
  if (cutAnswerAfter !== undefined) {
    response.end = ((bytes?: Buffer) => {
      const cut = () => response.socket?.destroy();
      if (bytes) response.write(bytes.subarray(0, cutAnswerAfter), cut);
      else cut();
      return response;
    }) as ServerResponse["end"];
  }
  if (!fault.corrupt) return;
  response.end = ((bytes?: Buffer) => {
    const copy = Buffer.from(bytes ?? "");
    copy[0] = (copy[0] ?? 0) ^ 1;
    return end(copy);
  }) as ServerResponse["end"];
}
