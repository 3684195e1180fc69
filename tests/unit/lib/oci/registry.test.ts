import { FakeRegistry } from "../../../support/fake-registry";
import { LOGIN } from "../../../support/registry";
import { registrySuite } from "../../../support/registry-suite";

registrySuite(({ deletes = true, login = false }) =>
  FakeRegistry.start({ deletes, access: { mode: login ? "basic" : "none", ...LOGIN } }),
);
