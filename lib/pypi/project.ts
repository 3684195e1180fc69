import { isDigest } from "../content/digest";
import { IndexError } from "./name";

/** A file as an index lists it. */
export interface ListedFile {
  filename: string;
  url: string;
  /** Hex; none where the index knows only weaker ones. */
  sha256?: string;
  size?: number;
  requiresPython?: string;
  /** Why it should not be used any more; empty where nobody says. */
  yanked?: string;
  uploadTime?: string;
  /** Hex digest of its METADATA, where the index hands that out. */
  metadata?: string;
  /** Where its attestations are. */
  provenance?: string;
}

const hex = (text: unknown): string | undefined =>
  typeof text === "string" && isDigest(`sha256:${text.toLowerCase()}`) ? text.toLowerCase() : undefined;

interface JsonFile {
  filename: string;
  url: string;
  hashes?: Record<string, string>;
  size?: number;
  "requires-python"?: string | null;
  yanked?: boolean | string;
  "upload-time"?: string;
  "core-metadata"?: boolean | Record<string, string>;
  "dist-info-metadata"?: boolean | Record<string, string>;
  provenance?: string | null;
}

/** PEP 691. */
export function parseJson(text: string, url: URL): ListedFile[] {
  const { meta, files } = JSON.parse(text) as { meta?: { "api-version"?: string }; files?: JsonFile[] };
  const version = meta?.["api-version"] ?? "";
  if (!version.startsWith("1.") || !Array.isArray(files))
    throw new IndexError(`${url}: version "${version}" of the repository API is not known here`);
  return files.map((file) => {
    const announced = file["core-metadata"] ?? file["dist-info-metadata"];
    return bare({
      filename: file.filename,
      url: new URL(file.url, url).href,
      sha256: hex(file.hashes?.["sha256"]),
      size: file.size,
      requiresPython: file["requires-python"] ?? undefined,
      yanked: file.yanked === true ? "" : file.yanked === false ? undefined : file.yanked,
      uploadTime: file["upload-time"],
      metadata: typeof announced === "object" ? hex(announced?.["sha256"]) : undefined,
      provenance: file.provenance ? new URL(file.provenance, url).href : undefined,
    });
  });
}

/** PEP 503 with 592, 658 and 740. Only anchors count, so no parser of whole documents is needed. */
export function parseHtml(text: string, url: URL): ListedFile[] {
  const base = /<base\s[^>]*href\s*=\s*["']([^"']*)["']/i.exec(text)?.[1];
  const root = base === undefined ? url : new URL(entitiesRead(base), url);
  return [...text.matchAll(/<a\s([^>]*)>([\s\S]*?)<\/a>/gi)].flatMap(([, attributes = "", content = ""]) => {
    const named = attributesOf(attributes);
    const href = named.get("href");
    if (href === undefined) return [];
    const target = new URL(href, root);
    const sha256 = hex(/^#sha256=(.*)$/.exec(target.hash)?.[1]);
    target.hash = "";
    const metadata = named.get("data-core-metadata") ?? named.get("data-dist-info-metadata");
    return bare({
      filename: entitiesRead(content.replace(/<[^>]*>/g, "")).trim(),
      url: target.href,
      sha256,
      requiresPython: named.get("data-requires-python") || undefined,
      yanked: named.get("data-yanked"),
      metadata: hex(metadata?.replace(/^sha256=/, "")),
      provenance: named.get("data-provenance"),
    });
  });
}

function attributesOf(text: string): Map<string, string> {
  const found = text.matchAll(/([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi);
  return new Map(
    [...found].map(([, name = "", double, single, plain]) => [
      name.toLowerCase(),
      entitiesRead(double ?? single ?? plain ?? ""),
    ]),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function entitiesRead(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    return String.fromCodePoint(Number.parseInt(decimal ?? hexadecimal, decimal ? 10 : 16));
  });
}

/** Without the keys that have no value. */
function bare(file: { [K in keyof ListedFile]: ListedFile[K] | undefined }): ListedFile {
  return Object.fromEntries(Object.entries(file).filter(([, value]) => value !== undefined)) as unknown as ListedFile;
}
