/** Decoder of binary frames; `envgen/packs/wire/spec.py` defines the format. */

import { PoolError } from "./error";
import { type Blob as BlobSpec, MAGIC, type MeshSpec, type WorldSpec } from "./wire.gen";

export type Header = WorldSpec | MeshSpec;
export type Bytes = ArrayBuffer | SharedArrayBuffer | Uint8Array;

/** A decoded frame; its blobs are views on the received bytes. */
export interface Frame<H extends Header = Header> {
  readonly header: H;
  /** Return a blob by name. Throws a PoolError if there is none. */
  blob(name: string): Uint8Array<ArrayBufferLike>;
  /** Names of all blobs. */
  readonly blobs: readonly string[];
}

const BROKEN = "Request it again; if the error stays, page and server are of different versions.";

/** Decode a frame without copying its blobs. */
export function decode(data: Bytes): Frame {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (bytes.byteLength < 8)
    throw new PoolError(`a frame must have at least 8 bytes, got ${bytes.byteLength}`, BROKEN);
  const head = new DataView(bytes.buffer, bytes.byteOffset, 8);
  if (head.getUint32(0, true) !== MAGIC)
    throw new PoolError("a frame must begin with envgen's magic number", BROKEN);
  const length = head.getUint32(4, true);
  const first = Math.ceil((8 + length) / 8) * 8;
  if (first > bytes.byteLength) throw new PoolError("the header of a frame is cut off", BROKEN);
  const header = parse(bytes.subarray(8, 8 + length));
  const places = new Map<string, BlobSpec>();
  for (const blob of header.blobs) {
    const fits =
      blob.offset >= 0 && blob.length >= 0 && first + blob.offset + blob.length <= bytes.byteLength;
    if (!fits || blob.offset % 8) throw new PoolError(`blob ${blob.name} of a frame is cut off`, BROKEN);
    places.set(blob.name, blob);
  }
  return {
    header,
    blobs: [...places.keys()],
    blob(name) {
      const at = places.get(name);
      if (!at) throw new PoolError(`a frame has no blob ${name}`, BROKEN);
      return bytes.subarray(first + at.offset, first + at.offset + at.length);
    },
  };
}

/** Decode a frame of a world. Throws a PoolError on any other. */
export function decodeWorld(data: Bytes): Frame<WorldSpec> {
  const frame = decode(data);
  if (frame.header.kind !== "world")
    throw new PoolError(`expected the frame of a world, got a ${frame.header.kind}`, BROKEN);
  return frame as Frame<WorldSpec>;
}

function parse(text: Uint8Array): Header {
  let header: unknown;
  try {
    // TextDecoder refuses shared memory
    header = JSON.parse(new TextDecoder().decode(text.slice()));
  } catch {
    throw new PoolError("the header of a frame is not JSON", BROKEN);
  }
  const kind = (header as { kind?: unknown } | null)?.kind;
  if ((kind !== "world" && kind !== "mesh") || !Array.isArray((header as { blobs?: unknown }).blobs)) {
    throw new PoolError(`a frame of kind ${JSON.stringify(kind)} is unknown`, BROKEN);
  }
  return header as Header;
}

/** Return a float32 view of a blob; copied only if the frame is not aligned. */
export function floats(blob: Uint8Array<ArrayBufferLike>): Float32Array<ArrayBufferLike> {
  const aligned = blob.byteOffset % 4 === 0 ? blob : blob.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
}
