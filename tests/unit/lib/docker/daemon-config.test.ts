import fc from "fast-check";
import {
  type JsonObject,
  mergeDaemonConfig,
  restoreDaemonConfig,
  standingSettings,
  takeOver,
} from "../../../../lib/docker/daemon-config";

const registries = (...names: string[]): JsonObject => ({ "insecure-registries": names });

test("lists are united, objects merged, values replaced, and the rest is left alone", () => {
  const before = '{\n    "insecure-registries": ["old:1"],\n    "log-opts": {"max-file": "3"}, "debug": true\n}\n';
  const settings = {
    ...registries("new:1", "old:1"),
    "log-opts": { "max-size": "1m" },
    debug: false,
    bip: "10.0.0.1/24",
  };
  const { text, changed } = mergeDaemonConfig(before, settings);
  expect(JSON.parse(text ?? "")).toEqual({
    "insecure-registries": ["old:1", "new:1"],
    "log-opts": { "max-file": "3", "max-size": "1m" },
    debug: false,
    bip: "10.0.0.1/24",
  });
  expect(text).toContain('\n    "bip"');
  expect(changed).toEqual(["insecure-registries", "log-opts", "debug", "bip"]);
});

test("what is there already changes no byte", () => {
  const before = '{"insecure-registries":   ["a:1"]}';
  expect(mergeDaemonConfig(before, registries("a:1"))).toMatchObject({ text: before, changed: [] });
});

test("a second merge takes out what the first put in, and still knows the first file", () => {
  const before = '{ "debug":true }';
  const first = mergeDaemonConfig(before, registries("a:1"));
  const second = mergeDaemonConfig(first.text, registries("b:1"), first.record);
  expect(JSON.parse(second.text ?? "")).toEqual({ debug: true, ...registries("b:1") });
  expect(restoreDaemonConfig(second.text, second.record).text).toBe(before);
});

test("what others wrote since stays, ours goes", () => {
  const { record } = mergeDaemonConfig(null, { ...registries("a:1"), debug: true });
  const now = JSON.stringify({ "insecure-registries": ["a:1", "theirs:1"], debug: false, bip: "x" });
  expect(JSON.parse(restoreDaemonConfig(now, record).text ?? "")).toEqual({
    ...registries("theirs:1"),
    debug: false,
    bip: "x",
  });
});

test("an item that stood before us too stays when ours goes", () => {
  const { record } = mergeDaemonConfig(JSON.stringify(registries("a:1")), registries("a:1", "b:1"));
  const now = JSON.stringify({ ...registries("a:1", "b:1"), debug: true });
  expect(JSON.parse(restoreDaemonConfig(now, record).text ?? "")).toEqual({ ...registries("a:1"), debug: true });
});

test("a file of ours alone goes, also when it was written anew by another in the meantime", () => {
  const { text, record } = mergeDaemonConfig(null, registries("a:1"));
  expect(restoreDaemonConfig(text, record).text).toBeNull();
  expect(restoreDaemonConfig(' {"insecure-registries":["a:1"]}', record).text).toBeNull();
  expect(restoreDaemonConfig(null, record).text).toBeNull();
});

const value = fc.oneof(
  fc.boolean(),
  fc.constantFrom("x", "y"),
  fc.array(fc.constantFrom("x", "y", "z"), { maxLength: 3 }).map((all) => [...new Set(all)]),
);
const object = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { maxKeys: 3, noNullPrototype: true });
const settings = fc.dictionary(fc.constantFrom("a", "b", "o"), fc.oneof(value, object), {
  minKeys: 1,
  noNullPrototype: true,
});
const file = fc.option(
  fc
    .tuple(settings, fc.constantFrom(undefined, 1, 4, "\t"))
    .map(([json, indent]) => JSON.stringify(json, null, indent)),
);

test("whatever stood and whatever is merged: restoring gives the same bytes, and merging again changes nothing", () => {
  fc.assert(
    fc.property(file, settings, settings, (before, first, next) => {
      const one = mergeDaemonConfig(before, first);
      const two = mergeDaemonConfig(one.text, next, one.record);
      expect(restoreDaemonConfig(two.text, two.record).text).toBe(before);
      expect(mergeDaemonConfig(two.text, next, two.record)).toMatchObject({ text: two.text, changed: [] });
      expect(standingSettings(two.text, next)).toEqual(next);
    }),
  );
});

test("of the settings only those in force are seen", () => {
  const text = JSON.stringify({ ...registries("a:1", "theirs:1"), debug: false });
  expect(standingSettings(text, { ...registries("a:1", "b:1"), debug: true, bip: "x" })).toEqual({
    ...registries("a:1"),
    debug: false,
  });
});

test.each([
  [null, registries("a:1"), { by: "reload" }],
  [registries("a:1"), registries("a:1", "b:1"), { by: "reload" }],
  [registries("a:1"), registries("a:1"), { by: "nothing" }],
  [registries("a:1"), null, { by: "reload", interim: '{\n  "insecure-registries": []\n}\n' }],
  [{ debug: true }, null, { by: "restart" }],
  [registries("a:1"), { ...registries("b:1"), bip: "x" }, { by: "restart" }],
])("%j to %j", (from, to, expected) => {
  const text = (json: object | null) => (json === null ? null : JSON.stringify(json));
  expect(takeOver(text(from), text(to))).toEqual(expected);
});
