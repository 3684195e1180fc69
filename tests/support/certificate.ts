import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  /** Its path, as long as `remove` was not called. */
  file: string;
  pem: string;
  key: string;
  remove(): void;
}

/** A certificate that signs itself, for an address; it is its own authority. */
export function selfSigned(address = "127.0.0.1"): Certificate {
  const directory = mkdtempSync(join(tmpdir(), "openstack-site-tls-"));
  const [key, file] = [join(directory, "tls.key"), join(directory, "tls.pem")];
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -keyout ${key} -out ${file}`;
  execFileSync("openssl", [...made.split(" "), "-addext", `subjectAltName=IP:${address}`], { stdio: "pipe" });
  const remove = () => rmSync(directory, { recursive: true });
  return { file, pem: readFileSync(file, "utf8"), key: readFileSync(key, "utf8"), remove };
}
