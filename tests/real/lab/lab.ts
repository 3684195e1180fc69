import type { KeyPair } from "../../../lib/lab/keys";
import type { LabHostSpec } from "../../../lib/lab/lab-host";
import { labImage, local } from "../../support/lab-host";

export { local };

/** A lab host for one test file, on a subnet of its own. */
export async function labHostSpec(
  name: string,
  subnet: number,
  keys: { host: KeyPair; user: KeyPair },
  internal = true,
): Promise<LabHostSpec> {
  const image = await labImage();
  return {
    name,
    hostname: name,
    image: image.id,
    network: { name, subnet: `172.29.${subnet}.0/24`, internal },
    address: `172.29.${subnet}.10`,
    hostKey: keys.host,
    authorizedKeys: [keys.user.publicKey],
    labels: { "openstack-site.test": name },
  };
}
