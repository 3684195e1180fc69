import { RegistryClient } from "../../../lib/oci/client";
import { RegistryLedger } from "../../../lib/oci/registry-ledger";
import { untag } from "../../../lib/oci/tag";
import { startRegistry } from "../../support/registry";

test("the first marks of a new registry may all come at once, and go at once", async () => {
  const registry = await startRegistry();
  const client = new RegistryClient({ address: registry.address, insecure: true });
  try {
    const identities = Array.from({ length: 24 }, (_, index) => `site/image-${index}:v1`);
    const common = {
      kind: "oci:Image",
      project: "site",
      stack: "dev",
      state: "done",
      before: null,
      urn: "",
      claim: "",
    } as const;
    const marks = identities.map((identity) => ({
      ...common,
      identity,
      writer: "host:1",
      since: "2026-01-01T00:00:00Z",
    }));
    // Each resource has a ledger of its own over the one client.
    await Promise.all(marks.map((mark) => new RegistryLedger(client).put(mark)));
    const ledger = new RegistryLedger(client);
    expect(await Promise.all(identities.map((identity) => ledger.get("oci:Image", identity)))).toEqual(marks);
    const repository = "openstack-site/ledger";
    const { tags } = (await (await fetch(`http://${registry.address}/v2/${repository}/tags/list`)).json()) as {
      tags: string[];
    };
    await Promise.all(tags.map((tag) => untag(client, { repository, tag })));
    expect(await Promise.all(identities.map((identity) => ledger.get("oci:Image", identity)))).toEqual(
      identities.map(() => undefined),
    );
  } finally {
    await client.close();
    await registry.close();
  }
});
