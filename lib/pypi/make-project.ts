import type { Intake } from "../content/intake";
import type { ContentStore } from "../content/store";
import { isWheel } from "./filename";
import type { Blob, IndexFile, Project } from "./manifest";
import { assertAnnounced, metadataOf } from "./metadata";
import { projectHtml, projectJson } from "./pages";
import { assertSame, isUpstreams, type WantedFile } from "./wanted";

export interface Workshop {
  store: ContentStore;
  intake: Intake;
  /** Fetches what is small and has no known digest. */
  read(url: string): Promise<Buffer>;
}

/** The record of a project whose files are in the store, its pages, and what clients resolve by. */
export async function makeProject(
  shop: Workshop,
  name: string,
  wanted: readonly WantedFile[],
  standing: Project | undefined,
  tracks: string | undefined,
): Promise<Project> {
  const files: IndexFile[] = [];
  for (const file of wanted) {
    assertSame(file, standing?.files ?? []);
    const before = standing?.files.find(({ filename }) => filename === file.filename);
    files.push(await describe(shop, file, before));
  }
  const listed = { name, ...(tracks === undefined ? {} : { tracks }), files };
  const html = await shop.intake.put(projectHtml(listed));
  const json = await shop.intake.put(projectJson(listed));
  return { ...listed, pages: { html, json } };
}

async function describe(shop: Workshop, wanted: WantedFile, before: IndexFile | undefined): Promise<IndexFile> {
  const { project: _, announced, attestations, ...file } = wanted;
  const provenance = attestations ? await attestationsOf(shop, attestations, before) : {};
  if (!isWheel(file.filename)) return { ...file, ...provenance };
  if (before?.metadata) return { ...kept(file, before.requiresPython), metadata: before.metadata, ...provenance };
  const { bytes, requiresPython } = metadataOf(shop.store.path(file.digest), file.filename);
  assertAnnounced(file.filename, bytes, announced);
  return { ...kept(file, requiresPython), metadata: await shop.intake.put(bytes), ...provenance };
}

/** Of own wheels only the wheel knows. */
function kept<F extends { from: string; requiresPython?: string }>(file: F, requiresPython: string | undefined): F {
  if (file.requiresPython !== undefined || requiresPython === undefined || isUpstreams(file.from)) return file;
  return { ...file, requiresPython };
}

async function attestationsOf(
  { intake, read }: Workshop,
  url: string,
  before: IndexFile | undefined,
): Promise<{ provenance: Blob & { url: string } }> {
  if (before?.provenance?.url === url) return { provenance: before.provenance };
  return { provenance: { ...(await intake.put(await read(url))), url } };
}
