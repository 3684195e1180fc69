import { join } from "node:path";
import { buildSync } from "esbuild";
import { z } from "zod";
import { connectionSchema } from "../../lib/host/connection";
import { engine } from "../../providers/contract/engine";
import { Lifecycle } from "../../providers/contract/lifecycle";
import { onHost } from "../../providers/host/on-host";
import { type AnyDefinition, defineResource } from "../../providers/resource";

const schema = z.object({
  host: connectionSchema,
  name: z.string(),
  /** What apply does after its mark is written: end, fail with that many characters, or hang. */
  does: z.enum(["end", "fail", "hang", "hang deaf"]).default("end"),
  text: z.string().default("x"),
  times: z.int().default(1),
});

/** A kind that makes nothing but its mark, for what every kind shares and none can be made to do at will. */
export class Probe extends defineResource({
  kind: "test:Probe",
  schema,
  outputs: z.object({ state: z.string() }),
  ...onHost,
  identity: (probe) => probe.name,
  secrets: [],
  observe: async () => undefined,
  async apply(probe, _observed, context) {
    if (probe.does === "fail")
      throw Object.assign(new Error(probe.text.repeat(probe.times)), { hint: "something else" });
    context.progress(`probe ${probe.does}`);
    if (probe.does.startsWith("hang")) {
      await new Promise((_resolve, reject) => {
        if (probe.does === "hang") context.signal.addEventListener("abort", () => reject(context.signal.reason));
      });
    }
    return { state: "ended" };
  },
  remove: async () => undefined,
}) {}

const lifecycle = new Lifecycle(Probe.definition as AnyDefinition, engine);

/** What the provider text calls. */
export const get = () => lifecycle;

/** Compiles this file beside the caches of the project, and returns the provider text that loads it. */
export function probeText(): string {
  const root = join(__dirname, "../..");
  const file = join(root, ".cache/probe.cjs");
  const external = ["@pulumi/pulumi", "@pulumi/pulumi/*", "@grpc/grpc-js", "google-protobuf/*", "esbuild", "*.node"];
  buildSync({ entryPoints: [__filename], bundle: true, platform: "node", external, outfile: file, logLevel: "error" });
  return `exports.handler=()=>require(${JSON.stringify(file)}).get();`;
}
