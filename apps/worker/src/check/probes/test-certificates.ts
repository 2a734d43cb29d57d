import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type KeyPair = { key: string; cert: string };

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
const CA_CONFIG = `
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
`;

/** A certificate authority for tests, through the openssl command. */
export function createAuthority() {
  const folder = mkdtempSync(join(tmpdir(), "pulsecheck-ca-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  writeFileSync(join(folder, "ca.cnf"), CA_CONFIG);
  writeFileSync(join(folder, "index.txt"), "");
  openssl("req", "-x509", ...KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority");
  return {
    cert: read("ca.pem"),
    /** @param names such as `DNS:localhost,IP:127.0.0.1` @param from, to days from now */
    issue(names: string, from = -1, to = 1): KeyPair {
      const time = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, "");
      openssl(
        "req",
        "-new",
        ...KEY,
        "-keyout",
        "x.key",
        "-out",
        "x.csr",
        "-subj",
        "/CN=x",
        "-addext",
        `subjectAltName=${names}`,
      );
      const files = ["-in", "x.csr", "-out", "x.pem", "-cert", "ca.pem", "-keyfile", "ca.key"];
      openssl("ca", "-batch", "-notext", "-config", "ca.cnf", ...files, "-startdate", time(from), "-enddate", time(to));
      return { key: read("x.key"), cert: read("x.pem") };
    },
    selfSigned(names: string): KeyPair {
      const subject = ["-subj", "/CN=self", "-addext", `subjectAltName=${names}`];
      openssl("req", "-x509", ...KEY, "-keyout", "s.key", "-out", "s.pem", "-days", "1", ...subject);
      return { key: read("s.key"), cert: read("s.pem") };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
