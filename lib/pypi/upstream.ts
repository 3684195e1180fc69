import { join } from "node:path";
import { digestOf } from "../content/digest";
import { readRecord, writeRecord } from "../content/record";
import type { DownloadClient } from "../http/download-client";
import { HttpError } from "../http/http-error";
import { retrying } from "../http/retry";
import { IndexError } from "./name";
import { type ListedFile, parseHtml, parseJson } from "./project";

const ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
const POLICY = { attempts: 4, backoff: 300 };
/** The largest projects have some 20 MB of pages; more is no page. */
const LARGEST = 200_000_000;

interface Page {
  validator: string;
  files: ListedFile[];
}

/** An index that others run, read project by project: as JSON where it speaks that, as HTML where not. */
export class Upstream {
  readonly uri: string;

  constructor(
    private readonly client: DownloadClient,
    /** Its simple index, for example https://pypi.org/simple. */
    uri: string,
    /** Directory where pages are kept for conditional requests. */
    private readonly cache?: string,
  ) {
    this.uri = uri.replace(/\/*$/, "/");
  }

  /** What the index lists of a project; undefined where it has none of that name. */
  async project(name: string, signal?: AbortSignal): Promise<ListedFile[] | undefined> {
    const known = this.cache ? await readRecord<Page>(this.file(name)) : undefined;
    const url = new URL(`${name}/`, this.uri);
    const headers = { accept: ACCEPT, ...(known ? { "if-none-match": known.validator } : {}) };
    const page = await retrying(POLICY, signal, async () => {
      const answer = await this.client.get(url, headers, [200, 304, 404, 410], signal);
      return { ...answer, text: await textOf(answer.body, answer.url) };
    });
    if (page.status === 304 && known) return known.files;
    if (page.status !== 200) return undefined;
    const files = this.parse(page.text, page.header("content-type") ?? "", page.url);
    const validator = page.header("etag");
    if (validator && this.cache) await writeRecord(this.file(name), { validator, files }, `keep the page of ${name}`);
    return files;
  }

  /** What a page of HTML does not tell. */
  async sizeOf(file: string, signal?: AbortSignal): Promise<number> {
    const url = new URL(file);
    const answer = await retrying(POLICY, signal, () => this.client.get(url, {}, [200], signal));
    await answer.drop().catch(() => {});
    const size = Number(answer.header("content-length") ?? Number.NaN);
    if (Number.isInteger(size)) return size;
    throw new IndexError(`${url}: neither the index nor the server tells its size. Try: an index that speaks JSON`);
  }

  private parse(text: string, type: string, url: URL): ListedFile[] {
    if (/^text\/html|simple\.v1\+html/i.test(type)) return parseHtml(text, url);
    try {
      return parseJson(text, url);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      throw new IndexError(`${url} is neither JSON nor HTML of an index (${type}): ${error.message}`);
    }
  }

  private file(name: string): string {
    const key = digestOf(this.uri).slice("sha256:".length, "sha256:".length + 12);
    return join(this.cache ?? "", key, `${name}.json`);
  }
}

export async function textOf(body: AsyncIterable<Buffer>, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST) throw new HttpError({ url, detail: `more than ${LARGEST} bytes` });
  }
  return Buffer.concat(chunks).toString();
}
