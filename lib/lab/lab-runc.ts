/**
 * A lab host may lack CAP_SYS_RESOURCE, because the machine under it does. runc then can neither grant that capability
 * nor raise a limit, and refuses the container; this wrapper takes both out of what runc is asked for.
 */
export const labRunc = `#!/usr/bin/python3
import json, os, resource, sys

RUNC = "/usr/sbin/runc"
MISSING = "CAP_SYS_RESOURCE"


def option(*names):
    for at, word in enumerate(sys.argv):
        if word in names:
            return sys.argv[at + 1]
        for name in names:
            if word.startswith(name + "="):
                return word[len(name) + 1:]


def ease(process):
    capabilities = process.get("capabilities") or {}
    for kind, names in capabilities.items():
        capabilities[kind] = [name for name in names or [] if name != MISSING]
    for limit in process.get("rlimits") or []:
        hard = resource.getrlimit(getattr(resource, limit["type"]))[1]
        if hard != resource.RLIM_INFINITY:
            limit["hard"] = min(limit["hard"], hard)
            limit["soft"] = min(limit["soft"], hard)


def rewrite(path, process_of):
    with open(path) as file:
        document = json.load(file)
    ease(process_of(document))
    with open(path, "w") as file:
        json.dump(document, file)


if "create" in sys.argv or "run" in sys.argv:
    bundle = option("--bundle", "-b") or "."
    rewrite(os.path.join(bundle, "config.json"), lambda document: document["process"])
elif "exec" in sys.argv and option("--process", "-p"):
    rewrite(option("--process", "-p"), lambda document: document)
os.execv(RUNC, ["runc"] + sys.argv[1:])
`;
