import { execFileSync } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { probe } from "../../lib/host/http-probe";
import { LocalHost } from "../../lib/host/local";
import { openBlob } from "../../lib/oci/blobs";
import { RegistryClient } from "../../lib/oci/client";
import { deleteManifest, getManifest, headManifest } from "../../lib/oci/manifests";
import { pushImage } from "../../lib/oci/push";
import { type Certificate, selfSigned } from "./certificate";
import { LOGIN, type RegistryOptions, startRegistry, type TestRegistry } from "./registry";
import { imageFor } from "./registry-suite";

type Reach = Partial<ConstructorParameters<typeof RegistryClient>[0]>;

/** What the stack file may say of a registry, on a real one. */
export function optionsSuite(version: 2 | 3): void {
  const image = imageFor("amd64");
  const { digest } = image.manifest;
  const open: { close(): Promise<void> }[] = [];
  let certificate: Certificate;

  beforeAll(() => {
    certificate = selfSigned();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  afterAll(() => certificate.remove());

  const serve = async (options: RegistryOptions = {}): Promise<TestRegistry> => {
    const registry = await startRegistry({ ...options, version });
    open.push(registry);
    return registry;
  };
  const clientOf = ({ address }: TestRegistry, reach: Reach = { insecure: true }): RegistryClient => {
    const client = new RegistryClient({ address, attempts: 1, ...reach });
    open.unshift(client);
    return client;
  };
  const skopeo = (...args: string[]) => execFileSync("skopeo", args, { encoding: "utf8", stdio: "pipe" });

  test("TLS and users: who has the authority and the password gets in, skopeo too", async () => {
    const registry = await serve({ tls: certificate, login: true });
    const ours = clientOf(registry, { ca: certificate.pem, ...LOGIN });
    expect(await pushImage(ours, "a/b", "v1", image)).toEqual({ changed: true });
    const target = `docker://${registry.address}/a/b:v1`;
    const directory = certificate.file.replace(/\/[^/]+$/, "");
    const flags = [`--cert-dir=${directory}`, "--creds", `${LOGIN.username}:${LOGIN.password}`];
    execFileSync("cp", [certificate.file, `${directory}/ca.crt`]);
    execFileSync("mv", [`${directory}/tls.key`, `${directory}/tls.away`]);
    expect(skopeo("inspect", ...flags, target)).toContain(digest);
    expect(() => skopeo("inspect", "--no-creds", flags[0] as string, target)).toThrow(/authentication required/);
  });

  test("over TLS and behind a login it counts as ready", async () => {
    const { address } = await serve({ tls: certificate, login: true });
    const ready = { port: Number(address.split(":")[1]), path: "/v2/" };
    expect(await probe(new LocalHost(), { ...ready, tls: true })).toBe(401);
    expect(await probe(new LocalHost(), { ...ready, tls: false })).toBe(400);
    expect(await probe(new LocalHost(), { port: 1, path: "/", tls: true })).toBeUndefined();
  });

  test("a wrong password and an unknown authority are each said plainly", async () => {
    const registry = await serve({ tls: certificate, login: true });
    const guess = clientOf(registry, { ca: certificate.pem, ...LOGIN, password: "guess" });
    const refused = await pushImage(guess, "a/b", "v1", image).catch(String);
    expect(refused).toMatch(/RegistryError: \w+ https:\/\/127.* failed: 401/);
    expect(refused).not.toContain("guess");
    await expect(headManifest(clientOf(registry, LOGIN), "a/b", "v1")).rejects.toThrow(/SELF_SIGNED_CERT/);
  });

  test("read-only: it serves what it has, and says that it takes nothing", async () => {
    const registry = await serve({ readOnly: true });
    const told = /failed: 405: .*takes no pushes: it is read-only, or a cache.* Try: turn readOnly off/;
    await expect(pushImage(clientOf(registry), "a/b", "v1", image)).rejects.toThrow(told);
  });

  test("without deletes it says that it deletes nothing", async () => {
    const client = clientOf(await serve({ deletes: false }));
    await pushImage(client, "a/b", "v1", image);
    await expect(deleteManifest(client, "a/b", digest)).rejects.toThrow(/405 UNSUPPORTED: .*deletes nothing/);
    expect(await headManifest(client, "a/b", "v1")).toMatchObject({ digest });
  });

  // Version 2 answers an upstream's demand for a token, and no other.
  const login = version === 3;
  test(`a cache fetches what is pulled over TLS${login ? ", with a login" : ""}, keeps it, and takes no pushes`, async () => {
    const upstream = await serve({ tls: certificate, login });
    await pushImage(clientOf(upstream, { ca: certificate.pem, ...LOGIN }), "a/b", "v1", image);
    const url = `https://${upstream.address}`;
    const env = { SSL_CERT_FILE: certificate.file };
    const cache = clientOf(await serve({ upstream: { url, ...(login && LOGIN) }, env }));
    const target = certificate.file.replace(/tls.pem$/, "pulled");
    skopeo("copy", "-q", "--src-tls-verify=false", `docker://${cache.address}/a/b:v1`, `dir:${target}`);
    await expect(pushImage(cache, "c", "v1", image)).rejects.toThrow(/takes no pushes/);
    await upstream.close();
    expect(await getManifest(cache, "a/b", digest)).toEqual(image.manifest);
    const [layer] = image.layers as [(typeof image)["config"]];
    expect(await buffer(openBlob(cache, "a/b", layer))).toEqual(await buffer(layer.open()));
  });
}
