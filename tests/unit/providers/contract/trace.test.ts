import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

import debuggable = require("@pulumi/pulumi/runtime/debuggable");

import { File } from "../../../../providers/host/file";

interface Monitor {
  registerResource(request: RegisterResourceRequest, done: (error: unknown, response: unknown) => void): Promise<void>;
}

/** What the program asks the engine to register. */
async function requests(program: () => void): Promise<RegisterResourceRequest[]> {
  const seen: RegisterResourceRequest[] = [];
  const newResource = ({ name, inputs }: pulumi.runtime.MockResourceArgs) => ({ id: name, state: inputs });
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "openstack-site", "test");
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    seen.push(request);
    return register(request, done);
  };
  program();
  await pulumi.runtime.disconnect();
  return seen;
}

class Part extends pulumi.ComponentResource {
  constructor() {
    super("test:Part", "part");
  }
}

test("the state of a resource carries one frame, that of the program", async () => {
  const made = await requests(() => {
    new File("file", { host: { kind: "local" }, path: "/srv/x", content: "" });
    new Part();
  });
  const own = made.filter((request) => ["file", "part"].includes(request.getName()));
  expect(own).toHaveLength(2);
  for (const request of own) {
    expect(request.getStacktrace()?.getFramesList()).toHaveLength(1);
    expect(request.getSourceposition()?.getUri()).toContain("trace.test.ts");
  }
});

test("the SDK's promises carry no stack, errors do", () => {
  const { debuggablePromise } = debuggable as unknown as { debuggablePromise(p: object, context: string): void };
  const promise: Promise<void> & { _debugStackTrace?: string } = Promise.resolve();
  debuggablePromise(promise, "test");
  expect(promise._debugStackTrace).not.toContain("\n");
  expect(new Error("x").stack).toContain("trace.test.ts");
});
