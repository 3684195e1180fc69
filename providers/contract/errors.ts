import { Metadata, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** In bytes. gRPC hangs on an error of more than 64 kB as sent, which is several times its text, and who reads more? */
const LONGEST = 6_000;

export interface Failure {
  kind: string;
  id: string;
  verb: string;
  where: string;
}

const hintOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "hint" in cause && typeof cause.hint === "string" ? cause.hint : undefined;

/** `<kind> <id>: <verb> on <host> failed: <cause>. Try: <next step>` */
export function failureText(at: Failure, cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const hint = hintOf(cause);
  const head = `${at.kind} ${at.id}: ${at.verb} on ${at.where} failed: `;
  const tail = hint ? `. Try: ${hint}` : ".";
  const room = LONGEST - Buffer.byteLength(head + tail);
  return `${head}${shortened(message.trim().replace(/\.$/, ""), Math.max(room, 0))}${tail}`;
}

/** The middle is left out: what was tried stands in front, the last lines of a log at the end. */
function shortened(text: string, room: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= room) return text;
  const gap = "\n(shortened)\n";
  const half = Math.floor((room - gap.length) / 2);
  if (half <= 0) return "";
  // Each end may cut a character in two, which then reads as one replacement character.
  return `${bytes.subarray(0, half)}${gap}${bytes.subarray(-half)}`;
}

/** Without a stack: the engine prints errors with it, twice. */
export function plainError(text: string): Error {
  const error = new Error(text);
  error.stack = "";
  return error;
}

/** Created, but not finished: the engine keeps id and properties and calls update next time. */
export function unfinished(text: string, id: string, properties: object): Error {
  return Object.assign(plainError(text), { id, properties, reasons: [text] });
}

/**
 * What read throws where it cannot tell: the SDK would fail the whole run for a bare error, and takes id and
 * properties only from create and update. Built like the SDK's own initialisation error, it keeps the state, warns,
 * and lets the same `up` repair.
 */
export function partial(text: string, id: string, properties: object): Error {
  const detail = new ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(Struct.fromJavaScript(properties as Record<string, JavaScriptValue>));
  detail.setReasonsList([text]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const response = new Status();
  response.setCode(status.UNKNOWN);
  response.setMessage(text);
  response.addDetails(packed);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(response.serializeBinary()));
  return Object.assign(plainError(text), { code: status.UNKNOWN, details: text, metadata });
}
