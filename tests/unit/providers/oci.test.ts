import fc from "fast-check";
import { digestOf, isDigest } from "../../../lib/content/digest";
import { OCI_INDEX, OCI_MANIFEST } from "../../../lib/oci/media-types";
import { isRegistryAddress, isRepository, isTag } from "../../../lib/oci/reference";
import { checkArguments } from "../../../providers/contract/arguments";
import { BaseImage } from "../../../providers/oci/base-image";
import { GarbageCollection } from "../../../providers/oci/garbage-collection";
import { Image } from "../../../providers/oci/image";
import { ManifestList } from "../../../providers/oci/manifest-list";
import type { AnyDefinition } from "../../../providers/resource";

type Values = Record<string, unknown>;

/** Wrong values of a field, whatever else they may be. */
const other = (...right: ("string" | "boolean" | "array" | "object")[]) => {
  const kindOf = (value: unknown) => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);
  return fc.jsonValue().filter((value) => !right.includes(kindOf(value) as "string"));
};
const text = fc.oneof(other("string"), fc.constant(""));
const flag = other("boolean");
const not = (right: (text: string) => boolean) =>
  fc.oneof(other("string"), fc.string(), fc.stringMatching(/^[a-zA-Z0-9._/:@-]+$/)).filter((value) => {
    return typeof value !== "string" || !right(value);
  });
const oneOf = (...right: string[]) => not((value) => right.includes(value));
const matching = (pattern: RegExp) => not((value) => pattern.test(value));
/** Each element wrong, or no list at all. */
const listOf = (wrong: fc.Arbitrary<unknown>) => fc.oneof(other("array"), fc.array(wrong, { minLength: 1 }));
const digest = not(isDigest);
const size = fc.oneof(
  fc.jsonValue().filter((value) => typeof value !== "number"),
  fc.integer({ max: 0 }),
  fc.constant(1.5),
);

const registry = { address: "127.0.0.1:5000", insecure: true };
const place = { registry, repository: "site/hello", tag: "v1" };
const child = { digest: digestOf("a"), size: 1, mediaType: OCI_MANIFEST, platform: { architecture: "amd64" } };
const sources = [{ uri: "http://deb.debian.org/debian", suites: ["trixie"] }];
const ssh = { kind: "ssh", name: "seed", address: "seed", hostKey: "ssh-ed25519 AAAA" };

const inRegistry = {
  registry: other("object"),
  "registry.name": text,
  "registry.address": not(isRegistryAddress),
  "registry.insecure": flag,
  "registry.username": text,
  "registry.password": text,
  "registry.ca": text,
};
const atTag = { ...inRegistry, repository: not(isRepository), tag: not(isTag) };
const onPlatform = (at: string) => ({
  [at]: other("object"),
  [`${at}.os`]: text,
  [`${at}.architecture`]: text,
  [`${at}.variant`]: text,
});
const onHost = {
  host: other("object"),
  "host.kind": oneOf("local", "ssh"),
  "host.name": matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/),
  "host.address": text,
  "host.hostKey": matching(/^ssh-/),
};

const kinds: [AnyDefinition, good: Values, wrong: Record<string, fc.Arbitrary<unknown>>][] = [
  [
    Image.definition,
    { ...place, digest: digestOf("image"), platform: { architecture: "amd64" }, source: "image.tar", host: ssh },
    {
      ...atTag,
      digest,
      ...onPlatform("platform"),
      source: fc.oneof(other("string", "object"), fc.constant("")),
      ...onHost,
    },
  ],
  [
    BaseImage.definition,
    { ...place, host: ssh, architecture: "amd64", sources, recipe: digestOf("recipe") },
    {
      ...{ ...atTag, ...onHost, snapshot: digest, recipe: digest },
      architecture: oneOf("amd64", "arm64", "s390x"),
      sources: fc.oneof(other("array"), fc.constant([])),
      "sources.0.uri": matching(/^https?:/),
      "sources.0.suites": listOf(matching(/^[\w.+/-]+$/)),
      "sources.0.components": listOf(matching(/^[\w.+/-]+$/)),
      "sources.0.signedBy": matching(/^\//),
      "sources.0.trusted": flag,
      variant: matching(/^[a-z]+$/),
      packages: listOf(matching(/^[a-z0-9][a-z0-9+.-]+$/)),
      labels: other("object"),
    },
  ],
  [
    ManifestList.definition,
    { ...place, digest: digestOf("list"), children: [child] },
    {
      ...{ ...atTag, digest, format: oneOf("oci", "docker"), missing: listOf(text) },
      children: fc.oneof(other("array"), fc.constant([])),
      "children.0.digest": digest,
      "children.0.size": size,
      "children.0.mediaType": fc.oneof(other("string"), fc.string(), fc.constant(OCI_INDEX)),
      ...onPlatform("children.0.platform"),
      "children.0.tag": not(isTag),
      "children.0.from": not(isRepository),
    },
  ],
  [
    GarbageCollection.definition,
    { host: ssh, container: "registry", registry, content: digestOf("content") },
    {
      ...{ ...inRegistry, ...onHost, container: text, content: digest },
      config: matching(/^\//),
      keep: listOf(matching(/@/)),
    },
  ],
];

/** The same arguments with another value at a path. */
function changed(args: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(args)) return args.with(Number(step), changed(args[Number(step)], rest, value));
  const at = (args ?? {}) as Values;
  return { ...at, [step]: changed(at[step], rest, value) };
}

describe.each(kinds.map(([kind, good, wrong]) => [kind.kind, kind, good, wrong] as const))(
  "%s",
  (_name, kind, good, wrong) => {
    test("is taken with good arguments, and each of its arguments is tried below", () => {
      expect(checkArguments(kind, good).failures).toEqual([]);
      const tried = Object.keys(wrong).map((path) => path.split(".")[0]);
      expect(new Set(tried)).toEqual(new Set(Object.keys(kind.schema.shape)));
    });

    test.each(Object.entries(wrong))("names a wrong %s and nothing else, without its value", (path, values) => {
      fc.assert(
        fc.property(values, (value) => {
          const { failures } = checkArguments(kind, changed(good, path.split("."), value) as Values);
          expect(failures.length).toBeGreaterThan(0);
          for (const failure of failures) {
            expect(failure).toMatch(new RegExp(`^${path.replaceAll(".", "\\.")}[.:]`));
            if (typeof value === "string" && value.length > 12) expect(failure).not.toContain(value);
          }
        }),
      );
    });
  },
);
