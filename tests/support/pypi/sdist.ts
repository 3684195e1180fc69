import { gzipSync } from "node:zlib";
import { writeTar } from "../../../lib/oci/tar-writer";
import type { Built } from "./wheel";

const BACKEND = String.raw`
import os, platform, subprocess, sys, sysconfig, zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    python = "cp%d%d" % sys.version_info[:2]
    tag = f"{python}-{python}-linux_{platform.machine()}" if NATIVE else "py3-none-any"
    name, info = f"{NAME}-{VERSION}-{tag}.whl", f"{NAME}-{VERSION}.dist-info"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        write = lambda path, content: wheel.writestr(zipfile.ZipInfo(path), content)
        if NATIVE:
            headers = "-I" + sysconfig.get_path("include")
            subprocess.check_call(["cc", "-shared", "-fPIC", headers, "-o", "module.so", "module.c"])
            write(NAME + sysconfig.get_config_var("EXT_SUFFIX"), open("module.so", "rb").read())
        else:
            write(NAME + ".py", "answer = 42\n")
        write(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\nRequires-Python: >=3.7\n")
        pure = "false" if NATIVE else "true"
        write(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tag}\n")
        write(f"{info}/RECORD", "")
    return name
`;

const MODULE = (name: string) => `
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "${name}"};
PyMODINIT_FUNC PyInit_${name}(void) {
  PyObject *made = PyModule_Create(&module);
  if (made) PyModule_AddIntConstant(made, "answer", 42);
  return made;
}
`;

/** An sdist that pip builds by itself, of a module in C where it is `native`; `broken` is how its build fails. */
export function sdistOf(
  name: string,
  version: string,
  { native = false, broken }: { native?: boolean; broken?: string } = {},
): Built {
  const head = `NAME, VERSION, NATIVE = "${name}", "${version}", ${native ? "True" : "False"}\n`;
  const failure = broken === undefined ? "" : `raise SystemExit(${JSON.stringify(broken)})\n`;
  const files = {
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "PKG-INFO": `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    "backend.py": `${failure}${head}${BACKEND}`,
    "module.c": MODULE(name),
  };
  const root = `${name}-${version}`;
  const tar = writeTar(Object.entries(files).map(([path, content]) => ({ path: `${root}/${path}`, content })));
  return { filename: `${root}.tar.gz`, bytes: gzipSync(tar) };
}
