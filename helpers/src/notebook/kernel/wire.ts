import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** The Jupyter wire protocol (version 5.3): what a message looks like as ZeroMQ frames. */

export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

export interface Message {
  /** Routing prefix; a reply goes back to the same. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Where a kernel listens, as Jupyter writes it into the connection file. */
export interface ConnectionInfo {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly iopub_port: number;
  readonly shell_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
}

const DELIMITER = Buffer.from("<IDS|MSG>");

/** @throws Error if the frames are no message or were not signed with `key` */
export function decode(key: string, frames: readonly Buffer[]): Message {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  const signature = frames[at + 1];
  const body = frames.slice(at + 2, at + 6);
  if (at < 0 || signature === undefined || body.length < 4) throw new Error("not a Jupyter message");
  const expected = Buffer.from(sign(key, body));
  if (key !== "" && (signature.length !== expected.length || !timingSafeEqual(signature, expected))) {
    throw new Error("a Jupyter message with a wrong signature");
  }
  const [header, parent, metadata, content] = body.map((frame) => JSON.parse(frame.toString()) as unknown);
  return {
    identities: frames.slice(0, at),
    header: header as Header,
    parent: parent as Partial<Header>,
    metadata: metadata as Record<string, unknown>,
    content: content as Record<string, unknown>,
  };
}

/** What {@link encode} makes frames of; `content` is JSON text already. */
export interface Outgoing {
  readonly identities: readonly Buffer[];
  readonly parent: Partial<Header>;
  readonly type: string;
  readonly content: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export function encode(key: string, message: Outgoing): Buffer[] {
  const header: Header = {
    msg_id: randomBytes(16).toString("hex"),
    session: message.parent.session ?? "",
    username: message.parent.username ?? "",
    date: new Date().toISOString(),
    msg_type: message.type,
    version: "5.3",
  };
  const body = [
    JSON.stringify(header),
    JSON.stringify(message.parent),
    JSON.stringify(message.metadata ?? {}),
    message.content,
  ].map((text) => Buffer.from(text));
  return [...message.identities, DELIMITER, Buffer.from(sign(key, body)), ...body];
}

function sign(key: string, body: readonly Buffer[]): string {
  if (key === "") return "";
  const hash = createHmac("sha256", key);
  for (const frame of body) hash.update(frame);
  return hash.digest("hex");
}
