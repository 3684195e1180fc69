import { parseMirrorList, suitesOf } from "../../../../lib/apt/mirror-list";

test("settings, sources, options, flat repositories, comments and Windows line ends", () => {
  const text = [
    "set base_path /data/mirror # where",
    "",
    "deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian trixie main contrib",
    "deb-src http://a.example/debian trixie main",
    "deb http://flat.example/packages ./",
    "skip-clean http://a.example/debian/keep",
  ].join("\r\n");
  expect(parseMirrorList(text, "mirror.list")).toEqual({
    lines: [
      { uri: "http://a.example/debian", suite: "trixie", components: ["main", "contrib"], sources: false },
      { uri: "http://a.example/debian", suite: "trixie", components: ["main"], sources: true },
      { uri: "http://flat.example/packages", suite: "./", components: [], sources: false },
    ],
    clean: [],
    settings: { base_path: "/data/mirror" },
  });
});

test("every line that cannot be read is told at once", () => {
  const text = "deb\ndebs http://a.example x main\ndeb-amd64 a.example x main\ndeb http://a.example x";
  expect(() => parseMirrorList(text, "mirror.list")).toThrow(
    [
      "mirror.list has lines that cannot be read:",
      '  - line 1: "" is no URI',
      '  - line 2: "debs" is none of deb, deb-<architecture>, deb-src, clean, skip-clean and set',
      '  - line 3: "a.example" is no URI',
      "  - line 4: suite x has no component",
    ].join("\n"),
  );
});

test("the lines of one suite are one suite, for all their architectures and components", () => {
  const text = [
    "set defaultarch s390x",
    "deb-amd64 http://a.example/debian trixie main",
    "deb-arm64 http://a.example/debian trixie main contrib",
    "deb http://a.example/debian trixie-updates main",
    "deb-src http://a.example/debian trixie main",
  ].join("\n");
  expect(suitesOf(parseMirrorList(text, "mirror.list"))).toEqual([
    {
      ...{ uri: "http://a.example/debian", suite: "trixie", sources: true },
      ...{ components: ["main", "contrib"], architectures: ["amd64", "arm64"] },
    },
    {
      ...{ uri: "http://a.example/debian", suite: "trixie-updates", sources: false },
      ...{ components: ["main"], architectures: ["s390x"] },
    },
  ]);
});
