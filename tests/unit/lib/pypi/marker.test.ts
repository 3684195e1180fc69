import { applies } from "../../../../lib/pypi/marker";

const s390x = { python: "3.12", architecture: "s390x", glibc: "2.36" } as const;

test.each([
  ["python_version=='3.12'", true],
  ["python_version < '3.9'", false],
  ["python_version >= '3.9' and python_full_version < '3.13'", true],
  ["sys_platform == 'win32' or platform_machine == \"s390x\"", true],
  ["sys_platform == 'win32' or (os_name == 'posix' and platform_system != 'Linux')", false],
  ["platform_machine in 'x86_64 s390x'", true],
  ["platform_machine  not  in 'x86_64 s390x'", false],
  ["'linux' in sys_platform", true],
  ["python_version == '3.*'", true],
  ["python_version ~= '3.8'", true],
  ["extra == 'test'", false],
  ["platform_python_implementation != 'PyPy'", true],
])("%s: %s", (marker, expected) => expect(applies(marker, s390x)).toBe(expected));

test.each(["python_version", "nonsense == '1'", "(os_name == 'posix'", "os_name == 'posix' os_name", "os_name ! 'a'"])(
  "%s cannot be read",
  (marker) => expect(() => applies(marker, s390x)).toThrow("cannot be read"),
);
