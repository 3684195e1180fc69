import { digestOf } from "../../../../lib/content/digest";
import { RegistryClient } from "../../../../lib/oci/client";
import { blobOf } from "../../../../lib/oci/image";
import { pushBlob } from "../../../../lib/oci/upload";
import { FakeRegistry } from "../../../support/fake-registry";

const MIB = 1024 * 1024;
const large = blobOf("", Buffer.alloc(20 * MIB, "large"));
const small = blobOf("", Buffer.alloc(100_000, "small"));
let registry: FakeRegistry;
let client: RegistryClient;

beforeEach(async () => {
  registry = await FakeRegistry.start();
  client = new RegistryClient({ address: registry.address, insecure: true, backoff: 1, timeout: 5000 });
});
afterEach(async () => {
  await client.close();
  await registry.close();
});

const asked = (method: string) => registry.requests.filter((each) => each.startsWith(`${method} `)).length;
const cut = (method: string, times = 1) => registry.fail({ method, path: /uploads/, times, cutAfter: 3 * MIB });

/** Pushes, and tells how many bytes progress was told of. */
async function pushed(blob: typeof large): Promise<number> {
  let told = 0;
  await pushBlob(client, "a", blob, { onBytes: (count) => (told += count) });
  const stored = registry.routes.repository("a").blobs.get(blob.digest);
  expect(stored && digestOf(stored)).toBe(blob.digest);
  return told;
}

test("a large blob cut off goes on where it was, however often", async () => {
  cut("PATCH", 6);
  expect(await pushed(large)).toBe(large.size);
  expect([asked("POST"), asked("PATCH"), asked("PUT")]).toEqual([1, 7, 1]);
  // What was kept is not sent again.
  expect(registry.received).toBe(large.size);
});

test("it begins anew where the registry forgot the upload", async () => {
  cut("PATCH");
  registry.fail({ method: "GET", path: /uploads/, times: 1, status: 404 });
  expect(await pushed(large)).toBe(large.size);
  expect([asked("POST"), asked("PATCH")]).toEqual([2, 2]);
});

test("it begins anew where the rest is refused", async () => {
  cut("PATCH");
  const upload = pushed(large);
  // Only once the first was cut: the rest is what is refused.
  while (asked("GET") === 0) await new Promise(setImmediate);
  registry.fail({ method: "PATCH", path: /uploads/, times: 1, status: 416 });
  expect(await upload).toBe(large.size);
  expect(asked("POST")).toBe(2);
});

test("attempts that bring nothing come to an end", async () => {
  registry.fail({ method: "PATCH", path: /uploads/, times: 9, status: 503 });
  await expect(pushed(large)).rejects.toMatchObject({ status: 503 });
  expect(asked("PATCH")).toBe(4);
});

test.each([
  ["small", small],
  ["large", large],
])("a %s blob whose last answer was lost is not sent again", async (_size, blob) => {
  registry.fail({ method: "PUT", path: /uploads/, times: 1, cutAnswerAfter: 0 });
  expect(await pushed(blob)).toBe(blob.size);
  expect(registry.received).toBe(blob.size);
  expect(asked("POST")).toBe(1);
});
