import { digestOf } from "../lib/content/digest";
import { renderNginx } from "../lib/nginx/config";
import type { MadeFrom, PlannedBase } from "./base-images";

/** Where content is kept and served, as the stack file says. */
export interface SiteContent {
  /** The host that keeps it; the seed where absent. */
  host?: string | undefined;
  store: string;
  port: number;
  image?: string | undefined;
  keyGeneration: number;
}

/** What stands on the seed for the web server, its image aside. */
export interface PlannedWebServer {
  /** Where clients find what is served. */
  url: string;
  ports: { host: number; container: number }[];
  file: { path: string; content: string };
  command: string[];
  volumes: { source: string; target: string; readOnly: boolean }[];
  ready: { port: number; path: string; status: number };
  /** Changes with its configuration. */
  revision: string;
  /** What its image is made from, or the image that the site has. */
  image: { base: PlannedBase } | { reference: string };
}

/** The port nginx listens on inside its container, where it need not be root's to take. */
const INSIDE = 8080;
const ON_HOST = "/etc/openstack-site/web";
const SUITE = "trixie";
const PACKAGE = "nginx-light";

/** What the web server's image is made from; nothing where the site names one. */
export async function webImageFrom(
  { image }: SiteContent,
  architecture: () => Promise<MadeFrom["architecture"]>,
): Promise<MadeFrom[]> {
  if (image !== undefined) return [];
  const of = await architecture();
  return [{ debian: SUITE, packages: [PACKAGE], tag: `${SUITE}-${of}`, architecture: of }];
}

/** Where clients find what is served. */
export const webUrl = ({ port }: SiteContent, address: string): string => `http://${address}:${port}`;

/** The web server of the site: known before it stands. */
export function planWebServer(site: SiteContent, address: string, base: PlannedBase | undefined): PlannedWebServer {
  const { store, port, image } = site;
  const content = renderNginx({ root: `${store}/served`, port: INSIDE });
  const path = `${ON_HOST}/nginx.conf`;
  return {
    url: webUrl(site, address),
    ports: [{ host: port, container: INSIDE }],
    file: { path, content },
    command: ["nginx", "-c", path, "-g", "daemon off;"],
    volumes: [
      { source: ON_HOST, target: ON_HOST, readOnly: true },
      // The whole store: what is served are links into it.
      { source: store, target: store, readOnly: true },
    ],
    ready: { port, path: "/", status: 204 },
    revision: digestOf(content),
    image: imageOf(image, base),
  };
}

function imageOf(reference: string | undefined, base: PlannedBase | undefined): PlannedWebServer["image"] {
  if (reference !== undefined) return { reference };
  if (base) return { base };
  throw new Error("the plan has no recipe for the web server's image");
}
