import { createHash } from "node:crypto";
import { z } from "zod";
import { digestSchema } from "../../lib/content/form";
import { connectionSchema } from "../../lib/host/connection";
import { defineResource } from "../resource";
import { onHost } from "./on-host";

/** Longer content belongs in a file beside the program, named by `source`: state stays small. */
const INLINE = 4_096;

const mode = z.string().regex(/^0[0-7]{3}$/, 'four octal digits, for example "0644"');
const sha256 = (content: Buffer | string): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

const schema = z
  .object({
    /** The host that carries the file. */
    host: connectionSchema,
    /** Absolute path on the host. */
    path: z.string().regex(/^\/([^/\0]+\/)*[^/\0]+$/, "an absolute path without empty parts"),
    /** The text itself, up to 4,096 characters. */
    content: z
      .string()
      .max(INLINE, `longer than ${INLINE} characters: put it in a file and name it by source and digest`)
      .optional(),
    /** A file beside the program, relative to the project directory. */
    source: z.string().min(1).optional(),
    /** The digest of `source`, planned by the program: a changed file is a changed input. */
    digest: digestSchema.optional(),
    /** Permission bits. */
    mode: mode.default("0644"),
    /** User that owns the file. */
    owner: z.string().min(1).default("root"),
    /** Group that owns the file. */
    group: z.string().min(1).default("root"),
  })
  .refine((file) => (file.content === undefined) !== (file.source === undefined), {
    path: ["content"],
    message: "give either content or source",
  })
  .refine((file) => (file.source === undefined) === (file.digest === undefined), {
    path: ["digest"],
    message: "source and digest go together",
  });

/** A file on a host: content, permissions and owner, written in one step and put back as it was on removal. */
export class File extends defineResource({
  kind: "host:File",
  schema,
  outputs: z.object({
    /** Digest of the bytes that stand there. */
    servedDigest: z.string(),
  }),
  ...onHost,
  identity: (file) => file.path,

  async observe(file, context) {
    const host = await context.connect(file.host);
    const [content, stat] = await Promise.all([host.readFile(file.path), host.stat(file.path)]);
    if (!content || !stat) return undefined;
    const { mode, owner, group } = stat;
    const servedDigest = sha256(content);
    const live = file.source === undefined ? { content: inline(content, servedDigest) } : { digest: servedDigest };
    return { args: { ...live, mode, owner, group }, outputs: { servedDigest } };
  },

  async apply(file, observed, context) {
    const host = await context.connect(file.host);
    const { content, digest } = await desired(file);
    const { mode, owner, group } = file;
    const same =
      observed?.outputs.servedDigest === digest &&
      observed.args.mode === mode &&
      observed.args.owner === owner &&
      observed.args.group === group;
    if (!same) await host.writeFile(file.path, content, { mode, owner, group });
    return { servedDigest: digest };
  },

  async remember(file, _observed, context) {
    return (await import("../../lib/host/keepsake")).keep(await context.connect(file.host), file.path);
  },

  async remove(file, before, context) {
    const host = await context.connect(file.host);
    const { restore } = await import("../../lib/host/keepsake");
    if (before === null) await host.removeFile(file.path);
    else await restore(host, file.path, before);
  },
}) {}

const inline = (content: Buffer, digest: string): string =>
  content.length <= INLINE ? content.toString() : `(${content.length} bytes, ${digest})`;

async function desired(file: z.output<typeof schema>): Promise<{ content: Buffer; digest: string }> {
  if (file.content !== undefined) return { content: Buffer.from(file.content), digest: sha256(file.content) };
  const { readFile } = await import("node:fs/promises");
  const content = await readFile(String(file.source));
  const digest = sha256(content);
  if (digest === file.digest) return { content, digest };
  throw Object.assign(new Error(`${file.source} changed since it was planned (${digest}, planned ${file.digest})`), {
    hint: "run pulumi up again",
  });
}
