import { z } from "zod";
import type { StoodBefore } from "../../lib/docker/adoption";
import { type ContainerSpec, containerSpecSchema } from "../../lib/docker/container-spec";
import { connectionSchema } from "../../lib/host/connection";
import { defineResource } from "../resource";
import { onHost } from "./on-host";

const schema = containerSpecSchema
  .extend({
    /** The host whose Docker runs the container. */
    host: connectionSchema,
    /** An archive of `docker save` beside the program, from which the image is loaded where the host lacks it. */
    archive: z.string().min(1).optional(),
    /** What answers over HTTP, on the host itself, once the service in it is ready. */
    ready: z
      .strictObject({
        port: z.int().min(1).max(65535),
        path: z.string().startsWith("/"),
        status: z.int().min(100).max(599).default(200),
        /** Over TLS, by the host's openssl; the certificate is not judged. */
        tls: z.boolean().default(false),
      })
      .optional(),
    /** On removal, delete the named volumes too. Without it data outlives its container. */
    deleteData: z.boolean().default(false),
  })
  .strip();

type Container_ = z.output<typeof schema>;

const specOf = ({ host: _host, archive: _archive, deleteData: _deleteData, ...spec }: Container_): ContainerSpec =>
  spec;

/** A container on a host's Docker, from an image by digest or ID. Changed in place where Docker allows, else made anew. */
export class Container extends defineResource({
  kind: "host:Container",
  schema,
  outputs: z.object({
    containerId: z.string(),
    /** Docker's word: running, exited, restarting. */
    status: z.string(),
  }),
  ...onHost,
  identity: (container) => container.name,
  // What a service must not tell is passed to it this way, and nobody remembers to say so.
  secrets: ["env"],

  async observe(container, context) {
    const { inspectContainer } = await import("../../lib/docker/container-live");
    const { observedSpec } = await import("../../lib/docker/container-diff");
    const { probe } = await import("../../lib/host/http-probe");
    const host = await context.connect(container.host);
    const live = await inspectContainer(host, container.name);
    if (!live) return undefined;
    const { ready } = container;
    const answer = ready && live.running ? { ready: { ...ready, status: (await probe(host, ready)) ?? 0 } } : {};
    const args = { ...observedSpec(specOf(container), live), ...answer };
    return { args, outputs: { containerId: live.id, status: live.state } };
  },

  async apply(container, observed, context, { before }) {
    const { loadImage, pullImage } = await import("../../lib/docker/image");
    const { inspectContainer } = await import("../../lib/docker/container-live");
    const { adoptContainer } = await import("../../lib/docker/adoption");
    const { restartContainer, watchStart } = await import("../../lib/docker/container");
    const { waitUntilAnswers } = await import("../../lib/host/http-probe");
    const host = await context.connect(container.host);
    const { archive, image } = container;
    if (archive !== undefined) {
      const { createReadStream } = await import("node:fs");
      context.progress(`loading ${archive}`);
      await loadImage(host, { stream: () => createReadStream(archive) }, image);
    } else if (image.includes("@")) {
      context.progress(`pulling ${image}`);
      await pullImage(host, image);
    }
    const live = await inspectContainer(host, container.name);
    const now = await adoptContainer(host, specOf(container), live, before as StoodBefore | null);
    const { ready } = container;
    if (ready && now.running) {
      // The same container as before, and it did not answer: it hangs.
      const hangs = now.id === live?.id && observed?.args.ready && observed.args.ready.status !== ready.status;
      if (hangs) await restartContainer(host, container.name);
      context.progress(`waiting for port ${ready.port}`);
      await waitUntilAnswers(host, container.name, ready);
    } else if (now.running && (now.id !== live?.id || live.state !== "running")) {
      await watchStart(host, container.name);
    }
    return { containerId: now.id, status: now.state };
  },

  async remember(container, _observed, context) {
    const { inspectContainer } = await import("../../lib/docker/container-live");
    const { stoodBefore } = await import("../../lib/docker/adoption");
    const host = await context.connect(container.host);
    const live = await inspectContainer(host, container.name);
    return live ? stoodBefore(host, live) : null;
  },

  async remove(container, before, context) {
    const { removeContainer } = await import("../../lib/docker/container");
    const { handBack } = await import("../../lib/docker/adoption");
    const { inspectContainer } = await import("../../lib/docker/container-live");
    const host = await context.connect(container.host);
    const stood = before as StoodBefore | null;
    // A volume that the former container mounts too is not ours to delete.
    const theirs = stood ? ((await inspectContainer(host, stood.aside))?.volumes ?? []) : [];
    const named = container.volumes.map(({ source }) => source).filter((source) => !source.startsWith("/"));
    const ours = named.filter((source) => !theirs.some((volume) => volume.source === source));
    const removeOurs = () => removeContainer(host, container.name, container.deleteData ? ours : []);
    await (stood ? handBack(host, container.name, stood, removeOurs) : removeOurs());
  },
}) {}
