/** Types of what sites hand out; what is not named is bytes. */
const TYPES = {
  "text/html": "html",
  "text/plain": "txt dsc",
  "application/json": "json",
  "application/vnd.debian.binary-package": "deb udeb",
  "application/gzip": "gz tgz",
  "application/x-xz": "xz",
  "application/x-bzip2": "bz2",
  "application/zstd": "zst",
  "application/zip": "zip whl",
  "application/pgp-keys": "asc gpg",
};

export interface WebSettings {
  /** Directory whose entries are served, each by its own name. */
  root: string;
  /** Port in its container. */
  port: number;
}

/**
 * nginx.conf for trees that change by one switch of a link: read-only, no listing, and nothing remembered of files, so
 * that the first request after a switch sees the new tree. Pages of Python indexes stand there twice: who takes JSON gets
 * it. `/` answers 204: that the server stands. Its root is one without rights, in a container that may read and nothing
 * else: what is kept need not be open to everybody.
 */
export function renderNginx({ root, port }: WebSettings): string {
  const types = Object.entries(TYPES).map(([type, endings]) => `    ${type} ${endings};`);
  return `# Written by openstack-site: what is changed here by hand is undone.
user root;
worker_processes auto;
pid /run/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  types {
${types.join("\n")}
  }
  default_type application/octet-stream;
  access_log /dev/stdout;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  server_tokens off;
  map $http_accept $page {
    default index.html;
    "~application/vnd\\.pypi\\.simple\\.v1\\+json" index.json;
  }
  server {
    listen ${port};
    root ${root};
    index $page;
    absolute_redirect off;
    location = / { return 204; }
    location ~ /\\. { return 404; }
    location ~ /index\\.(?:html|json)$ {
      types { text/html html; application/vnd.pypi.simple.v1+json json; }
      add_header Vary Accept;
      limit_except GET { deny all; }
    }
    location / { limit_except GET { deny all; } }
  }
}
`;
}
