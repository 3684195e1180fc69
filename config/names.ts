/** What is wrong with a stack file, and where. */
export interface Mistake {
  path: readonly PropertyKey[];
  message: string;
}

export type Values = Readonly<Record<string, unknown>>;

// Works on what the file says, so that these are reported beside wrong types.
export const within = (value: unknown, ...path: string[]): unknown =>
  path.reduce(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Values)[key] : undefined),
    value,
  );
export const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const named = (value: unknown): string[] =>
  Object.keys(typeof value === "object" && value !== null ? value : {});

interface Use {
  path: PropertyKey[];
  name: unknown;
}

/** Hosts and registries that are named and that the file does not have, and images it has twice. */
export function unknownNames(values: Values): Mistake[] {
  const hosts = [...named(values["hosts"]), ...named(within(values, "lab", "hosts"))];
  return [
    ...strangers("host", hosts, hostUses(values)),
    ...strangers("registry", named(values["registries"]), registryUses(values)),
    ...twice(values),
  ];
}

function strangers(what: string, known: string[], uses: Use[]): Mistake[] {
  const told = known.join(", ") || "none";
  return uses
    .filter(({ name }) => typeof name === "string" && !known.includes(name))
    .map(({ path, name }) => ({ path, message: `no ${what} "${name}"; there are: ${told}` }));
}

function hostUses(values: Values): Use[] {
  const inventory = within(values, "overcloud", "inventory");
  return [
    { path: ["seed", "host"], name: within(values, "seed", "host") },
    { path: ["seed", "content", "host"], name: within(values, "seed", "content", "host") },
    ...["apt", "pypi"].flatMap((plane) =>
      listed(within(values, "seed", plane)).flatMap((entry, index) =>
        listed(within(entry, "clients")).map((name, client) => ({
          path: ["seed", plane, index, "clients", client],
          name,
        })),
      ),
    ),
    ...listed(within(values, "seed", "pypi")).flatMap((entry, index) =>
      named(within(entry, "builders")).map((architecture) => ({
        path: ["seed", "pypi", index, "builders", architecture],
        name: within(entry, "builders", architecture),
      })),
    ),
    { path: ["overcloud", "deployHost"], name: within(values, "overcloud", "deployHost") },
    ...listed(within(values, "undercloud", "nodes")).map((name, index) => ({
      path: ["undercloud", "nodes", index],
      name,
    })),
    ...named(inventory).flatMap((group) =>
      listed(within(inventory, group)).map((name, index) => ({ path: ["overcloud", "inventory", group, index], name })),
    ),
  ];
}

function registryUses(values: Values): Use[] {
  const images = listed(within(values, "seed", "images")).map((image, index) => ({
    path: ["seed", "images", index, "from", "registry"],
    name: within(image, "from", "registry"),
  }));
  const lists = listed(within(values, "seed", "imageLists")).map((list, index) => ({
    path: ["seed", "imageLists", index, "registry"],
    name: within(list, "registry"),
  }));
  return [...images, ...lists];
}

function twice(values: Values): Mistake[] {
  const seen = new Set<string>();
  return listed(within(values, "seed", "images")).flatMap((image, index) => {
    const name = `${within(image, "repository")}:${within(image, "tag")}`;
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: ["seed", "images", index], message: `${name} is there already` }];
  });
}
