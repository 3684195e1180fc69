import { parseFilename } from "../../../../lib/pypi/filename";
import { tagsOf } from "../../../../lib/pypi/tags";
import { takesPython, versionKey } from "../../../../lib/pypi/version";

const rank = (python: string, architecture: "x86_64" | "aarch64" | "s390x", glibc: string, tag: string) =>
  tagsOf({ python, architecture, glibc }).get(tag);

test.each([
  ["2.7", "x86_64", "2.23", "cp27-cp27mu-manylinux1_x86_64", true],
  ["2.7", "s390x", "2.23", "cp27-cp27mu-manylinux1_s390x", false],
  ["2.7", "s390x", "2.23", "cp27-cp27mu-linux_s390x", true],
  ["3.12", "s390x", "2.36", "cp312-cp312-manylinux2014_s390x", true],
  ["3.12", "s390x", "2.36", "cp39-abi3-manylinux_2_28_s390x", true],
  ["3.12", "x86_64", "2.17", "cp312-cp312-manylinux_2_28_x86_64", false],
  ["3.12", "x86_64", "2.36", "cp312-cp312-musllinux_1_2_x86_64", false],
  ["3.12", "x86_64", "2.36", "cp313-cp313-manylinux_2_28_x86_64", false],
  ["3.12", "x86_64", "2.36", "cp312-cp312-manylinux_2_28_aarch64", false],
  ["3.12", "x86_64", "2.36", "py2-none-any", false],
  ["3.12", "x86_64", "2.36", "py3-none-any", true],
  ["3.7", "x86_64", "2.36", "cp37-cp37m-manylinux1_x86_64", true],
] as const)("Python %s on %s with glibc %s takes %s: %s", (python, architecture, glibc, tag, taken) => {
  expect(rank(python, architecture, glibc, tag) !== undefined).toBe(taken);
});

test("the closest is the best, as for pip", () => {
  const order = [
    "cp312-cp312-manylinux_2_28_x86_64",
    "cp312-cp312-manylinux2014_x86_64",
    "cp312-abi3-manylinux2014_x86_64",
    "cp310-abi3-manylinux2014_x86_64",
    "py3-none-manylinux1_x86_64",
    "cp312-none-any",
    "py3-none-any",
  ].map((tag) => rank("3.12", "x86_64", "2.36", tag));
  expect(order).toEqual([...order].sort((a = 0, b = 0) => a - b));
  expect(order).not.toContain(undefined);
});

test.each([
  ["a_b-1.0-py2.py3-none-any.whl", "a-b", "1.0"],
  ["a-1.0-1-cp27-cp27mu-linux_s390x.whl", "a", "1.0"],
  ["python-apt-1.1.0b1+ubuntu0.tar.gz", "python-apt", "1.1.0b1+ubuntu0"],
  ["backports.ssl-match-hostname-3.5.0.1.tar.gz", "backports-ssl-match-hostname", "3.5.0.1"],
  ["zope-2-3.0.zip", "zope-2", "3.0"],
  ["../a-1.0.tar.gz", undefined, undefined],
  [".a-1.0.tar.gz", undefined, undefined],
  ["a-1.0.win32.exe", undefined, undefined],
  ["a-1.0-py2.7.egg", undefined, undefined],
  ["a\n-1.0.tar.gz", undefined, undefined],
])("%j", (filename, name, version) => {
  const found = parseFilename(filename);
  expect([found?.name, found?.version]).toEqual([name, version]);
});

test("versions and Requires-Python", () => {
  expect([versionKey("1.0.0"), versionKey("1.0"), versionKey("10"), versionKey("1.0.0b1")]).toEqual([
    ...["1", "1", "10"],
    versionKey("1.0b1"),
  ]);
  expect([">=3.6.*", ">=2.7,!=3.0.*,<4", ">=3.13", "nonsense", ""].map((text) => takesPython(text, "3.12"))).toEqual([
    ...[true, true, false, true, true],
  ]);
});
