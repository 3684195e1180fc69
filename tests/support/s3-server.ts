import { request } from "undici";
import { goProgram } from "./registry";
import { startServer } from "./server";
import { freePort } from "./sshd";

export interface S3Server {
  /** As the stack file says it. */
  store: { endpoint: string; bucket: string; region: string; accessKey: string; secretKey: string; prefix: string };
  /** Names of the objects in the bucket. */
  objects(): Promise<string[]>;
  close(): Promise<void>;
}

const BUCKET = "registry";

/** Runs a server that speaks S3 and keeps everything in memory, with one empty bucket. */
export async function startS3(): Promise<S3Server> {
  const host = `127.0.0.1:${await freePort()}`;
  const endpoint = `http://${host}`;
  const flags = ["-backend", "memory", "-host", host, "-initialbucket", BUCKET];
  const stop = await startServer(await goProgram("s3-server"), flags, endpoint);
  return {
    store: { endpoint, bucket: BUCKET, region: "us-east-1", accessKey: "site", secretKey: "of the store", prefix: "/" },
    async objects() {
      const { body } = await request(`${endpoint}/${BUCKET}?max-keys=1000`);
      return [...(await body.text()).matchAll(/<Key>([^<]+)/g)].map(([, name = ""]) => name);
    },
    close: stop,
  };
}
