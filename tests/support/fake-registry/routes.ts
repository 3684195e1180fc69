import type { IncomingMessage, ServerResponse } from "node:http";
import { Repository, sha256 } from "./store";

export interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  body: Buffer;
}

const API = { "docker-distribution-api-version": "registry/2.0" };

function refuse(response: ServerResponse, status: number, code: string, detail?: unknown): ServerResponse {
  response.writeHead(status, { "content-type": "application/json", ...API });
  return response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " "), detail }] }));
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | number>,
  body?: Buffer,
): ServerResponse {
  response.writeHead(status, { ...API, ...headers });
  return response.end(body);
}

/** The distribution API over repositories in memory, as strict as distribution 2.8. */
export class Routes {
  readonly repositories = new Map<string, Repository>();

  constructor(private readonly deletes: boolean) {}

  repository(name: string): Repository {
    const found = this.repositories.get(name) ?? new Repository();
    this.repositories.set(name, found);
    return found;
  }

  serve(visit: Visit): ServerResponse {
    const { request, response, url } = visit;
    if (url.pathname === "/v2/") return answer(response, 200, {}, Buffer.from("{}"));
    const [, name = "", what, rest = ""] = /^\/v2\/(.+?)\/(manifests|blobs|tags)\/(.*)$/.exec(url.pathname) ?? [];
    if (what === undefined) return answer(response, 404, {}, Buffer.from("404 page not found\n"));
    if (what === "tags") return this.tags(visit, name);
    if (what === "manifests") return this.manifest(visit, this.repository(name), rest);
    if (rest.startsWith("uploads/")) return this.upload(visit, name, rest.slice("uploads/".length));
    const blob = this.repository(name).blobs.get(rest);
    if (request.method === "DELETE") return refuse(response, 405, "UNSUPPORTED");
    if (!blob) return refuse(response, 404, "BLOB_UNKNOWN", rest);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const headers = { "content-length": blob.length - start, "docker-content-digest": rest };
    return answer(response, start ? 206 : 200, headers, request.method === "HEAD" ? undefined : blob.subarray(start));
  }

  /** Keeps what came of a PATCH that was cut off. */
  cut(method: string, url: URL, body: Buffer): void {
    const [, name = "", id = ""] = /^\/v2\/(.+?)\/blobs\/uploads\/(.+)$/.exec(url.pathname) ?? [];
    const { uploads } = this.repository(name);
    const begun = uploads.get(id);
    if (method === "PATCH" && begun) uploads.set(id, Buffer.concat([begun, body]));
  }

  private tags({ response, url }: Visit, name: string): ServerResponse {
    const repository = this.repositories.get(name);
    if (!repository || repository.manifests.size === 0) return refuse(response, 404, "NAME_UNKNOWN", { name });
    const count = Number(url.searchParams.get("n") ?? 100);
    const all = [...repository.tags.keys()].sort().filter((tag) => tag > (url.searchParams.get("last") ?? ""));
    const page = all.slice(0, count);
    const next = `</v2/${name}/tags/list?n=${count}&last=${page.at(-1)}>; rel="next"`;
    const headers = all.length > count ? { link: next } : {};
    return answer(response, 200, headers as Record<string, string>, Buffer.from(JSON.stringify({ name, tags: page })));
  }

  private manifest({ request, response, body }: Visit, repository: Repository, reference: string): ServerResponse {
    if (request.method === "PUT") {
      const digest = sha256(body);
      const mediaType = request.headers["content-type"] ?? "";
      const claimed = (JSON.parse(body.toString()) as { mediaType?: string }).mediaType ?? mediaType;
      if (claimed !== mediaType) return refuse(response, 400, "MANIFEST_INVALID", "media types differ");
      if (reference.startsWith("sha256:") && reference !== digest) return refuse(response, 400, "DIGEST_INVALID");
      const missing = repository.missing(body);
      if (missing.length > 0) return refuse(response, 400, "MANIFEST_BLOB_UNKNOWN", missing[0]);
      repository.manifests.set(digest, { bytes: body, mediaType });
      if (!reference.startsWith("sha256:")) repository.tags.set(reference, digest);
      return answer(response, 201, { "docker-content-digest": digest });
    }
    if (request.method === "DELETE") {
      if (!this.deletes) return refuse(response, 405, "UNSUPPORTED");
      if (!reference.startsWith("sha256:"))
        return refuse(response, 400, "DIGEST_INVALID", "provided digest did not match");
      return repository.remove(reference) ? answer(response, 202, {}) : refuse(response, 404, "MANIFEST_UNKNOWN");
    }
    const found = repository.resolve(reference);
    if (!found) return refuse(response, 404, "MANIFEST_UNKNOWN", { Tag: reference });
    const { digest, manifest } = found;
    const headers = { "content-type": manifest.mediaType, "content-length": manifest.bytes.length };
    return answer(
      response,
      200,
      { ...headers, "docker-content-digest": digest },
      request.method === "HEAD" ? undefined : manifest.bytes,
    );
  }

  private upload({ request, response, url, body }: Visit, name: string, id: string): ServerResponse {
    const repository = this.repository(name);
    const mount = url.searchParams.get("mount") ?? "";
    const mounted = this.repositories.get(url.searchParams.get("from") ?? "")?.blobs.get(mount);
    if (request.method === "POST" && mounted) {
      repository.blobs.set(mount, mounted);
      return answer(response, 201, { "docker-content-digest": mount });
    }
    const session = request.method === "POST" ? repository.beginUpload() : id;
    const begun = repository.uploads.get(session);
    if (!begun) return refuse(response, 404, "BLOB_UPLOAD_UNKNOWN");
    const range = request.headers["content-range"];
    if (range !== undefined && range !== `${begun.length}-${begun.length + body.length - 1}`) {
      return refuse(response, 416, "RANGE_INVALID");
    }
    const bytes = Buffer.concat([begun, body]);
    repository.uploads.set(session, bytes);
    if (request.method !== "PUT") {
      const location = `http://${request.headers.host}/v2/${name}/blobs/uploads/${session}?_state=secret`;
      const headers = { location, range: `0-${Math.max(0, bytes.length - 1)}` };
      return answer(response, request.method === "GET" ? 204 : 202, headers);
    }
    repository.uploads.delete(session);
    const digest = url.searchParams.get("digest") ?? "";
    if (sha256(bytes) !== digest) return refuse(response, 400, "DIGEST_INVALID", { digest });
    repository.blobs.set(digest, bytes);
    return answer(response, 201, { "docker-content-digest": digest });
  }
}
