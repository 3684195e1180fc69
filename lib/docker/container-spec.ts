import { z } from "zod";

const absolute = z.string().regex(/^\/[^:]*$/, "an absolute path without a colon");
const name = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, "a name Docker accepts: letters, digits, _ . -");

/** Only what cannot change under us: a content digest, or the ID of an image loaded from an archive. */
export const imageReference = z
  .string()
  .regex(
    /^(sha256:[0-9a-f]{64}|[^@\s]+@sha256:[0-9a-f]{64})$/,
    'an image by digest, "name@sha256:…", or by ID, "sha256:…"',
  );

const port = z.strictObject({
  host: z.int().min(1).max(65535),
  container: z.int().min(1).max(65535),
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  /** Address to listen on; all addresses where absent. */
  address: z.string().min(1).optional(),
});

const volume = z.strictObject({
  /** A named volume, or an absolute path on the host. */
  source: z.union([name, absolute]),
  target: absolute,
  readOnly: z.boolean().default(false),
});

const attachment = z.strictObject({ name: z.string().min(1), address: z.string().min(1).optional() });

/** A container as the site wants it. What is absent is left to the image, or to the daemon. */
export const containerSpecSchema = z.strictObject({
  name,
  image: imageReference,
  /** One path, as the command line takes it; its arguments go to `command`. */
  entrypoint: z.string().min(1).optional(),
  command: z.array(z.string()).optional(),
  // The values travel in an env file, never in argv; such a file holds one line a variable.
  env: z.record(z.string().regex(/^[^\s=#][^\s=]*$/), z.string().regex(/^[^\n\r\0]*$/, "one line")).default({}),
  ports: z.array(port).default([]),
  volumes: z.array(volume).default([]),
  /** Networks of Docker by name; "host" alone shares the host's. */
  networks: z
    .array(attachment)
    .min(1)
    .default([{ name: "bridge" }]),
  hostname: z.string().min(1).optional(),
  restart: z.enum(["no", "always", "unless-stopped", "on-failure"]).default("no"),
  labels: z.record(z.string().min(1), z.string()).default({}),
  /** Size as Docker writes it, e.g. "10m". Absent: as the daemon is set. */
  logRotation: z.strictObject({ maxSize: z.string().regex(/^\d+[kmg]$/), maxFiles: z.int().min(1) }).optional(),
  capabilities: z
    .strictObject({ add: z.array(z.string()).default([]), drop: z.array(z.string()).default([]) })
    .default({ add: [], drop: [] }),
  privileged: z.boolean().default(false),
  /** Mount options by target. */
  tmpfs: z.record(absolute, z.string()).default({}),
  securityOptions: z.array(z.string().regex(/^[a-z-]+=.+$/, 'an option such as "seccomp=unconfined"')).default([]),
  /** "host" where a container must see the host's control groups under their own paths, as systemd in it does. */
  cgroupNamespace: z.enum(["host", "private"]).optional(),
  stopSignal: z.string().min(1).optional(),
  /** Bytes; at least what Docker accepts. */
  memory: z
    .int()
    .min(6 * 1024 * 1024)
    .optional(),
  running: z.boolean().default(true),
});

export type ContainerSpec = z.output<typeof containerSpecSchema>;
export type ContainerArgs = z.input<typeof containerSpecSchema>;
export type ContainerField = keyof ContainerSpec;

/** What an image brings along, so that it does not show as drift in a container made from it. */
export interface ImageDefaults {
  entrypoint: string[];
  command: string[];
  env: Record<string, string>;
  labels: Record<string, string>;
  stopSignal: string;
  /** Paths for which Docker makes an anonymous volume. */
  volumes: string[];
}
