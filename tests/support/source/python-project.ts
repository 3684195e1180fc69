const BACKEND = `
import os, subprocess, zipfile

def version():
    if os.path.exists("PKG-INFO"):
        return next(line.split(": ")[1].strip() for line in open("PKG-INFO") if line.startswith("Version: "))
    described = subprocess.check_output(["git", "describe", "--tags", "--long"], text=True).strip()
    tag, count, _ = described.rsplit("-", 2)
    return f"{tag}.post{count}"

def build_wheel(directory, config_settings=None, metadata_directory=None):
    info = f"tool-{version()}.dist-info"
    name = f"tool-{version()}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        wheel.write("tool.py")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: tool\\nVersion: {version()}\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
`;

/** A project whose version is not in its files: its build looks for PKG-INFO, or asks git, as builds with pbr do. */
export const PYTHON_PROJECT: Record<string, string> = {
  "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  "backend.py": BACKEND,
  "tool.py": "X = 0\n",
};
