import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

export interface Registered {
  /** What the program gave; the keys the contract adds are left out. */
  args: Record<string, unknown>;
  parent: string;
  dependsOn: string[];
  deletedWith: string;
}

interface Monitor {
  registerResource(request: RegisterResourceRequest, done: (error: unknown, response: unknown) => void): Promise<void>;
}

/** Runs a piece of a program against an engine that notes every registration, whole, by `type name`. */
export async function registrations(program: () => unknown): Promise<Record<string, Registered>> {
  const found: Record<string, Registered> = {};
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "openstack-site", "test");
  // Mocks are told inputs only: parents and dependencies stand in the request.
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    found[`${shortened(request.getType())} ${request.getName()}`] = registered(request);
    return register(request, done);
  };
  await program();
  await pulumi.runtime.disconnect();
  return found;
}

function newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  const kind = type.split("/").at(-1) ?? "";
  return { id: `${name}-id`, state: { ...inputs, ...computed[kind] } };
}

/** What programs read of a resource before it stands. */
const computed: Record<string, object> = {
  "lab:RegistryImage": { archive: "/cache/registry.tar", imageId: `sha256:${"c".repeat(64)}` },
  "oci:BaseImage": {
    digest: `sha256:${"7".repeat(64)}`,
    size: 500,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    reference: "registry/nginx@sha256:7",
  },
  "apt:SiteKey": { home: "/keys/site", fingerprint: "A".repeat(40), publicKey: "PUBLIC KEY" },
  "apt:Mirror": { manifest: `sha256:${"5".repeat(64)}` },
};

const shortened = (type: string): string => type.split(/[$/]|:index:/).at(-1) ?? "";

/** A URN as `type name`. */
function nameOf(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return urn && `${shortened(type)} ${name}`;
}

function registered(request: RegisterResourceRequest): Registered {
  const { __urn, __provider, ...args } = request.getObject()?.toJavaScript() ?? {};
  return {
    args,
    parent: nameOf(request.getParent()),
    dependsOn: request.getDependenciesList().map(nameOf).sort(),
    deletedWith: nameOf(request.getDeletedwith()),
  };
}
