import type { Target } from "./target";

/** The C libraries of the named manylinux generations. */
const GENERATIONS: Readonly<Record<number, string>> = { 5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014" };
const OLDEST: Readonly<Record<Target["architecture"], number>> = { x86_64: 5, aarch64: 17, s390x: 17 };

/** The tags of wheels a target installs, the best first: computed here, as the host's own say nothing of other machines. */
export function tagsOf({ python, architecture, glibc }: Target): ReadonlyMap<string, number> {
  const [major = 0, minor = 0] = python.split(".").map(Number);
  const own = `cp${major}${minor}`;
  const platforms = platformsOf(architecture, Number(glibc.split(".")[1]));
  const tags: string[] = [];
  const on = (interpreter: string, abi: string, where: readonly string[]) => {
    for (const platform of where) tags.push(`${interpreter}-${abi}-${platform}`);
  };
  for (const abi of abisOf(major, minor)) on(own, abi, platforms);
  if (major >= 3) on(own, "abi3", platforms);
  on(own, "none", platforms);
  if (major >= 3) for (let older = minor - 1; older >= 2; older--) on(`cp${major}${older}`, "abi3", platforms);
  const generic = [`py${major}${minor}`, `py${major}`];
  for (let older = minor - 1; older >= 0; older--) generic.push(`py${major}${older}`);
  for (const interpreter of generic) on(interpreter, "none", platforms);
  on(own, "none", ["any"]);
  for (const interpreter of generic) on(interpreter, "none", ["any"]);
  return new Map(tags.map((tag, rank) => [tag, rank]));
}

/** Before 3.8 the name told how strings and memory were built; Linux distributions had wide strings. */
export function abisOf(major: number, minor: number): string[] {
  if (major === 2) return [`cp${major}${minor}mu`, `cp${major}${minor}m`];
  return minor < 8 ? [`cp${major}${minor}m`] : [`cp${major}${minor}`];
}

export function platformsOf(architecture: Target["architecture"], glibc: number): string[] {
  const platforms: string[] = [];
  for (let level = glibc; level >= OLDEST[architecture]; level--) {
    platforms.push(`manylinux_2_${level}_${architecture}`);
    const generation = GENERATIONS[level];
    if (generation) platforms.push(`${generation}_${architecture}`);
  }
  return [...platforms, `linux_${architecture}`];
}
