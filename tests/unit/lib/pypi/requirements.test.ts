import { parsePins } from "../../../../lib/pypi/requirements";
import { onDocument } from "../../../support/site-documents";

const told = (text: string) => parsePins(text, "list").map(({ name, version }) => `${name}==${version}`);

test.each([
  ["pip freeze", "Jinja2==2.10\nfoo.Bar_baz==1.0", ["jinja2==2.10", "foo-bar-baz==1.0"]],
  ["upper-constraints", "a===1.2;python_version=='3.10'\na===1.3;python_version>='3.11'", ["a==1.2", "a==1.3"]],
  [
    "a lock",
    "a==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via b\nb[x,y]==2 # why",
    ["a==1.0", "b==2"],
  ],
  ["several versions of a name", "pip==9.0.3\npip==18.0\npip==9.0.3", ["pip==9.0.3", "pip==18.0"]],
  ["a local version", "python-apt==1.1.0b1+ubuntu0.16.4.1", ["python-apt==1.1.0b1+ubuntu0.16.4.1"]],
  ["what pip reads beside", "--index-url https://x\n# none\n\n\uFEFF", []],
])("%s", (_, text, pins) => expect(told(text)).toEqual(pins));

test("a pin is meant for whom one of its lines names", () => {
  const text = "a==1;python_version=='3.10'\na==1;python_version=='3.11'\nb==1;os_name=='nt'\nb==1";
  expect(parsePins(text, "list").map(({ markers }) => markers)).toEqual([
    ["python_version=='3.10'", "python_version=='3.11'"],
    undefined,
  ]);
});

test("all that is no pin is told at once, by line", () => {
  const text = "a==1\n-e git+https://x#egg=b\nc>=1\nd==one\n../e==1";
  expect(() => told(text)).toThrow(/list:2: .*\nlist:3: .*\nlist:4: .*\nlist:5: /);
});

const counts = (text: string) => {
  const pins = parsePins(text, "list");
  return { pins: pins.length, names: new Set(pins.map(({ name }) => name)).size };
};
onDocument("linuxone/pypi_list.x86", "the list of the x86 images is read whole", (text) =>
  expect(counts(text)).toEqual({ pins: 95, names: 90 }),
);
onDocument("linuxone/pypi_list.s390x", "the list of the s390x images is read whole", (text) =>
  expect(counts(text)).toEqual({ pins: 57, names: 57 }),
);
