import { createReadStream } from "node:fs";
import type { Digest } from "../content/digest";
import type { Plane } from "../content/plane";
import type { Stored } from "../content/repair";
import type { ContentStore } from "../content/store";
import { type IndexFile, type IndexManifest, type Project, readManifest, readProject } from "./manifest";
import { metadataOf } from "./metadata";
import { projectHtml, projectJson, rootHtml, rootJson } from "./pages";
import { isUpstreams } from "./wanted";

const place = ({ name }: Project, { filename }: IndexFile): string => `packages/${name}/${filename}`;

/** Indexes of Python packages, as what is served from any store sees them. Their trees have one form only. */
export const pypiPlane: Plane<null> = {
  head: '{"pages":{',
  async tree(store, generations) {
    const files = new Map<string, Digest>();
    const [current, ...earlier] = await Promise.all(generations.map((each) => readManifest(store, each)));
    if (!current) return files;
    for (const { path, digest } of await statesOf(store, current)) files.set(path, digest);
    // Who has read a page of an earlier state finds the files it names; the pages are those of one state.
    const known = new Set(current.projects.map(({ manifest }) => manifest));
    for (const { projects, pages } of earlier) {
      const others = projects.filter(({ manifest }) => !known.has(manifest));
      for (const { path, digest } of await statesOf(store, { projects: others, pages }))
        if (path.startsWith("packages/") && !files.has(path)) files.set(path, digest);
      for (const { manifest } of others) known.add(manifest);
    }
    return files;
  },
  async files(store, manifest) {
    const files = new Map(
      (await statesOf(store, await readManifest(store, manifest))).map((file) => [file.digest, file]),
    );
    return [...files.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  },
};

/** All that is served of a state. */
async function statesOf(store: ContentStore, { projects, pages }: IndexManifest): Promise<Stored[]> {
  const names = projects.map(({ name }) => name);
  const root = made(
    "simple",
    pages,
    () => rootHtml(names),
    () => rootJson(names),
  );
  const records = await Promise.all(projects.map(({ manifest }) => readProject(store, manifest)));
  return [...root, ...records.flatMap((project) => projectFiles(store, project))];
}

function projectFiles(store: ContentStore, project: Project): Stored[] {
  const pages = made(
    `simple/${project.name}`,
    project.pages,
    () => projectHtml(project),
    () => projectJson(project),
  );
  return [...pages, ...project.files.flatMap((file) => besides(store, project, file))];
}

function made(
  directory: string,
  { html, json }: Project["pages"],
  toHtml: () => Buffer,
  toJson: () => Buffer,
): Stored[] {
  return [
    { ...html, path: `${directory}/index.html`, urls: [], again: async () => toHtml() },
    { ...json, path: `${directory}/index.json`, urls: [], again: async () => toJson() },
  ];
}

/** A file and what belongs to it. */
function besides(store: ContentStore, project: Project, file: IndexFile): Stored[] {
  const { digest, size, from, filename, metadata, provenance } = file;
  const path = place(project, file);
  const local = from.startsWith("/");
  const itself: Stored = local
    ? { digest, size, path, urls: [], again: async () => createReadStream(from) }
    : { digest, size, path, urls: isUpstreams(from) ? [new URL(from)] : [] };
  const reread = async () => metadataOf(local ? from : store.path(digest), filename).bytes;
  return [
    itself,
    ...(metadata ? [{ ...metadata, path: `${path}.metadata`, urls: [], again: reread }] : []),
    ...(provenance
      ? [
          {
            digest: provenance.digest,
            size: provenance.size,
            path: `${path}.provenance`,
            urls: [new URL(provenance.url)],
          },
        ]
      : []),
  ];
}
