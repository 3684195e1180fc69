import type { ContainerSpec } from "./container-spec";

/** `docker create` for a spec, without the values of its environment: those come by standard input. Pure. */
export function createArguments(spec: ContainerSpec): string[] {
  const rotation = spec.logRotation;
  return [
    ...["create", "--pull=never", `--name=${spec.name}`, `--restart=${spec.restart}`],
    ...(Object.keys(spec.env).length > 0 ? ["--env-file", "/dev/stdin"] : []),
    ...placement(spec),
    ...each(
      "label",
      Object.entries(spec.labels).map(([key, value]) => `${key}=${value}`),
    ),
    ...(rotation
      ? ["--log-driver=json-file", `--log-opt=max-size=${rotation.maxSize}`, `--log-opt=max-file=${rotation.maxFiles}`]
      : []),
    ...rights(spec),
    ...one("stop-signal", spec.stopSignal),
    ...one("memory", spec.memory),
    // Without it Docker grants as much swap again, and a later update of the limit is refused.
    ...one("memory-swap", spec.memory),
    ...one("entrypoint", spec.entrypoint),
    spec.image,
    ...(spec.command ?? []),
  ];
}

const one = (name: string, value: string | number | undefined) => (value === undefined ? [] : [`--${name}=${value}`]);
const each = (name: string, values: readonly string[]) => values.map((value) => `--${name}=${value}`);

/** Where it stands: network, name, ports, files. */
function placement(spec: ContainerSpec): string[] {
  const [network] = spec.networks;
  return [
    ...one("network", network?.name),
    ...one("ip", network?.address),
    ...one("hostname", spec.hostname),
    ...each("publish", spec.ports.map(publish)),
    ...each(
      "volume",
      spec.volumes.map((v) => `${v.source}:${v.target}:${v.readOnly ? "ro" : "rw"}`),
    ),
    ...each(
      "tmpfs",
      Object.entries(spec.tmpfs).map(([path, options]) => (options ? `${path}:${options}` : path)),
    ),
  ];
}

/** What it may do. */
function rights(spec: ContainerSpec): string[] {
  return [
    ...each("cap-add", spec.capabilities.add),
    ...each("cap-drop", spec.capabilities.drop),
    ...(spec.privileged ? ["--privileged"] : []),
    ...each("security-opt", spec.securityOptions),
    ...one("cgroupns", spec.cgroupNamespace),
  ];
}

function publish({ address, host, container, protocol }: ContainerSpec["ports"][number]): string {
  const where = address?.includes(":") ? `[${address}]` : address;
  return `${where ? `${where}:` : ""}${host}:${container}/${protocol}`;
}
