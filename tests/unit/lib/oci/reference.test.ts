import { assert, constantFrom, option, property, record, string, stringMatching } from "fast-check";
import { digestOf } from "../../../../lib/content/digest";
import { formatReference, isRegistryAddress, isTag, parseReference } from "../../../../lib/oci/reference";

const digest = digestOf("x");

test.each([
  ["nova", { repository: "nova" }],
  ["kolla/nova:2026.1", { repository: "kolla/nova", tag: "2026.1" }],
  ["127.0.0.1:5000/kolla/nova:v1", { registry: "127.0.0.1:5000", repository: "kolla/nova", tag: "v1" }],
  [`localhost/a@${digest}`, { registry: "localhost", repository: "a", digest }],
  [`[::1]:5000/a:t@${digest}`, { registry: "[::1]:5000", repository: "a", tag: "t", digest }],
  ["openstack.kolla/nova", { registry: "openstack.kolla", repository: "nova" }],
])("%s", (text, expected) => {
  expect(parseReference(text)).toEqual(expected);
  expect(formatReference(parseReference(text))).toBe(text);
});

test.each([
  ["Nova", /lower-case/],
  ["a//b", /lower-case/],
  ["a:", /tag ""/],
  ["a:-x", /tag "-x"/],
  [`a:${"x".repeat(129)}`, /at most 128/],
  ["a@sha256:12", /64 hex digits/],
  ["", /lower-case/],
  ["http://host/a", /is no host or host:port|lower-case/],
  ["host:99999/a", /is no host/],
  ["a/../b", /lower-case/],
])("%p is refused", (text, why) => {
  expect(() => parseReference(text)).toThrow(why);
});

test("what is formatted is read back, and anything else is refused or read back the same", () => {
  const part = stringMatching(/^[a-z0-9]+(_[a-z0-9]+)?$/);
  const shape = {
    registry: option(constantFrom("host:5000", "a.b", "localhost"), { nil: undefined }),
    repository: part,
    tag: option(string().filter(isTag), { nil: undefined }),
    digest: option(constantFrom(digest), { nil: undefined }),
  };
  assert(
    property(record(shape), (reference) => {
      const given = Object.fromEntries(Object.entries(reference).filter(([, value]) => value !== undefined));
      // `localhost` alone is a repository as well as a registry: only a slash tells.
      expect(parseReference(formatReference(given as typeof given & { repository: string }))).toEqual(given);
    }),
  );
  assert(
    property(string(), (text) => {
      let read: ReturnType<typeof parseReference>;
      try {
        read = parseReference(text);
      } catch {
        return;
      }
      expect(formatReference(read)).toBe(text);
    }),
  );
});

test("addresses", () => {
  expect(["h", "h:1", "10.0.0.1:5000", "[fe80::1]:5000"].every(isRegistryAddress)).toBe(true);
  expect(["", "h:", "h:0x1", "h/p", "u@h", "-h", "https://h"].some(isRegistryAddress)).toBe(false);
});
