import type { IndexFile, Project } from "./manifest";
import { compareVersions } from "./version";

/** Of the repository API: 1.3 has versions, sizes and times (700), tracks (708) and attestations (740). */
const API = "1.3";

/** Part of what a project was made from: where pages get another form, they are made anew. */
export const FORM = 2;

export type Listed = Pick<Project, "name" | "tracks" | "files">;

const place = ({ name }: Pick<Project, "name">, { filename }: IndexFile): string =>
  `../../packages/${name}/${filename}`;

/** PEP 691 with 592, 700, 708, 714 and 740. Links are relative: a mirror may stand under any address. */
export function projectJson(project: Listed): Buffer {
  const { name, tracks, files } = project;
  return json({
    meta: { "api-version": API, ...(tracks === undefined ? {} : { tracks: [tracks] }) },
    name,
    versions: [...new Set(files.map(({ version }) => version))].sort(compareVersions),
    files: files.map((file) => ({
      filename: file.filename,
      url: place(project, file),
      hashes: { sha256: hex(file) },
      size: file.size,
      ...(file.uploadTime === undefined ? {} : { "upload-time": file.uploadTime }),
      ...(file.requiresPython === undefined ? {} : { "requires-python": file.requiresPython }),
      yanked: file.yanked === "" ? true : (file.yanked ?? false),
      // Not under its first name: pip 23.0, which Debian 12 has, fails over it.
      ...(file.metadata && { "core-metadata": sha256(file.metadata) }),
      ...(file.provenance && { provenance: `${place(project, file)}.provenance` }),
    })),
  });
}

/** PEP 503 with 592, 629, 658, 708, 714 and 740. */
export function projectHtml(project: Listed): Buffer {
  const { name, tracks, files } = project;
  const anchors = files.map((file) => {
    const metadata = file.metadata && `sha256=${hex(file.metadata)}`;
    const attributes = {
      href: `${place(project, file)}#sha256=${hex(file)}`,
      "data-requires-python": file.requiresPython,
      "data-yanked": file.yanked,
      "data-core-metadata": metadata,
      "data-dist-info-metadata": metadata,
      "data-provenance": file.provenance && `${place(project, file)}.provenance`,
    };
    const told = Object.entries(attributes).filter(([, value]) => value !== undefined);
    return `<a ${told.map(([key, value]) => `${key}="${quoted(value as string)}"`).join(" ")}>${quoted(file.filename)}</a><br>`;
  });
  return html(`Links for ${name}`, anchors, tracks);
}

export function rootJson(names: readonly string[]): Buffer {
  return json({ meta: { "api-version": API }, projects: names.map((name) => ({ name })) });
}

export function rootHtml(names: readonly string[]): Buffer {
  return html(
    "Simple index",
    names.map((name) => `<a href="${name}/">${name}</a><br>`),
  );
}

const hex = ({ digest }: { digest: string }): string => digest.slice("sha256:".length);
const sha256 = (blob: { digest: string }) => ({ sha256: hex(blob) });
const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

function html(title: string, lines: readonly string[], tracks?: string): Buffer {
  const head = [
    '<meta charset="utf-8">',
    `<meta name="pypi:repository-version" content="${API}">`,
    ...(tracks === undefined ? [] : [`<meta name="pypi:tracks" content="${quoted(tracks)}">`]),
    `<title>${title}</title>`,
  ];
  return Buffer.from(
    ["<!DOCTYPE html>", "<html>", "<head>", ...head, "</head>", "<body>", ...lines, "</body>", "</html>", ""].join(
      "\n",
    ),
  );
}

function quoted(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
