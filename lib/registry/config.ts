import type { RegistrySettings, S3 } from "./settings";

/** Where the registry keeps what is pushed: mount a volume there. */
export const REGISTRY_DATA = "/var/lib/registry";
export const REGISTRY_PORT = 5000;
/** Its configuration and what that names: mount a directory there. */
export const REGISTRY_ETC = "/etc/docker/registry";

/** What decides about config.yml; the default is a registry for everybody, over plain HTTP. */
export type ConfigSettings = Partial<
  Pick<RegistrySettings, "s3" | "tls" | "users" | "deletes" | "readOnly" | "upstream">
>;

export interface ConfigPlaces {
  /** `host:port` to listen on. */
  listen: string;
  data: string;
  /** Directory that holds htpasswd, tls.crt and tls.key. */
  etc: string;
}

const IN_CONTAINER: ConfigPlaces = { listen: `:${REGISTRY_PORT}`, data: REGISTRY_DATA, etc: REGISTRY_ETC };

/** config.yml of distribution, the same for versions 2 and 3. JSON is YAML. */
export function renderConfig(settings: ConfigSettings, places: ConfigPlaces = IN_CONTAINER): string {
  const { s3, tls, users, upstream, deletes = true, readOnly = false } = settings;
  const { listen, data, etc } = places;
  const certificate = { certificate: `${etc}/tls.crt`, key: `${etc}/tls.key` };
  const config = {
    version: 0.1,
    log: { level: "info" },
    storage: {
      ...(s3 ? { s3: storeOf(s3), redirect: { disable: true } } : { filesystem: { rootdirectory: data } }),
      delete: { enabled: deletes },
      ...(readOnly && { maintenance: { readonly: { enabled: true } } }),
    },
    http: { addr: listen, headers: { "X-Content-Type-Options": ["nosniff"] }, ...(tls && { tls: certificate }) },
    ...(users && { auth: { htpasswd: { realm: "registry", path: `${etc}/htpasswd` } } }),
    ...(upstream && { proxy: proxyOf(upstream) }),
    health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function storeOf({ endpoint, bucket, region, accessKey, secretKey, prefix }: S3) {
  return {
    regionendpoint: endpoint,
    secure: endpoint.startsWith("https:"),
    // Version 2 does so wherever an endpoint is given, version 3 where it is told to.
    forcepathstyle: true,
    bucket,
    region,
    accesskey: accessKey,
    secretkey: secretKey,
    rootdirectory: prefix,
  };
}

function proxyOf({ url, username, password }: NonNullable<RegistrySettings["upstream"]>) {
  return { remoteurl: url, ...(username && { username }), ...(password && { password }) };
}
