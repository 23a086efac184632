/** Reading the binary frames of the wire; `envgen/packs/wire/spec.py` defines them. */

import { PoolError } from "./api";
import { type Blob as BlobSpec, MAGIC, type MeshSpec, type WorldSpec } from "./wire.gen";

export type Header = WorldSpec | MeshSpec;
export type Bytes = ArrayBuffer | SharedArrayBuffer | Uint8Array;

/** A frame whose blobs are views on what was received. */
export interface Frame<H extends Header = Header> {
  readonly header: H;
  /** Throws a PoolError if there is no such blob. */
  blob(name: string): Uint8Array<ArrayBufferLike>;
  /** Names of all blobs. */
  readonly blobs: readonly string[];
}

const BROKEN = "Ask for it again; if it stays so, page and server are of different versions.";

/** Decode a frame without copying its blobs. */
export function decode(data: Bytes): Frame {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (bytes.byteLength < 8) throw new PoolError(`a frame of ${bytes.byteLength} bytes is cut off`, BROKEN);
  const head = new DataView(bytes.buffer, bytes.byteOffset, 8);
  if (head.getUint32(0, true) !== MAGIC) throw new PoolError("this is no frame of envgen", BROKEN);
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

/** Decode a frame that has to be a world's. */
export function decodeWorld(data: Bytes): Frame<WorldSpec> {
  const frame = decode(data);
  if (frame.header.kind !== "world") throw new PoolError(`a ${frame.header.kind} is no world`, BROKEN);
  return frame as Frame<WorldSpec>;
}

function parse(text: Uint8Array): Header {
  let header: unknown;
  try {
    // TextDecoder refuses shared memory
    header = JSON.parse(new TextDecoder().decode(text.slice()));
  } catch {
    throw new PoolError("the header of a frame is no JSON", BROKEN);
  }
  const kind = (header as { kind?: unknown } | null)?.kind;
  if ((kind !== "world" && kind !== "mesh") || !Array.isArray((header as { blobs?: unknown }).blobs)) {
    throw new PoolError(`a frame of kind ${JSON.stringify(kind)} is unknown`, BROKEN);
  }
  return header as Header;
}

/** float32 view of a blob; blobs lie at multiples of 8 of a frame, which may itself lie anywhere. */
export function floats(blob: Uint8Array<ArrayBufferLike>): Float32Array<ArrayBufferLike> {
  const aligned = blob.byteOffset % 4 === 0 ? blob : blob.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
}
