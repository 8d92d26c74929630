/** Reads the end of a text file and follows it as it grows. Reads chunks of 64 KiB on demand, so memory does not grow with the file. */

import { open, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { ifExists } from "./files.ts";

const chunkBytes = 64 * 1024;
/** A longer line, in characters, is returned in pieces: it may never end. */
const longestLine = 1024 * 1024;
const newline = 0x0a;

export interface Tail {
  /** The last lines, without line ends. */
  readonly lines: readonly string[];
  /** Byte offset after what was read: where `Follower` continues. */
  readonly position: number;
}

/** The last `count` lines of a file; undefined when the file does not exist. */
export async function readTail(path: string, count: number): Promise<Tail | undefined> {
  const file = await ifExists(open(path));
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    let start = size;
    const chunks: Buffer[] = [];
    let ends = 0;
    // `count` lines need one more line end: the one before the first line.
    while (start > 0 && ends <= count) {
      const length = Math.min(chunkBytes, start);
      start -= length;
      const chunk = await readBytes(file, start, length);
      chunks.push(chunk);
      ends += lineEnds(chunk);
    }
    const lines = Buffer.concat(chunks.toReversed()).toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return { lines: count === 0 ? [] : lines.slice(-count), position: size };
  } finally {
    await file.close();
  }
}

/** Follows a file from a byte offset. Starts over when the file has become shorter, as a rotated log. */
export class Follower {
  readonly #path: string;
  #position: number;
  #decoder = new StringDecoder("utf8");
  #partial = "";

  constructor(path: string, position: number) {
    this.#path = path;
    this.#position = position;
  }

  /**
   * Complete lines added since the last call; none when the file does not exist. Reads only as far as the consumer does; after a consumer
   * that stopped early, the next call continues after the chunk in which it stopped.
   */
  async *readNew(): AsyncGenerator<string, void, undefined> {
    const file = await ifExists(open(this.#path));
    if (!file) return;
    try {
      const { size } = await file.stat();
      if (size < this.#position) {
        this.#position = 0;
        this.#partial = "";
        this.#decoder = new StringDecoder("utf8");
      }
      while (this.#position < size) {
        const bytes = await readBytes(file, this.#position, Math.min(chunkBytes, size - this.#position));
        if (bytes.length === 0) break;
        this.#position += bytes.length;
        const pieces = (this.#partial + this.#decoder.write(bytes)).split("\n");
        this.#partial = pieces.pop() ?? "";
        yield* pieces;
        if (this.#partial.length < longestLine) continue;
        yield this.#partial;
        this.#partial = "";
      }
    } finally {
      await file.close();
    }
  }
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function lineEnds(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === newline) count += 1;
  return count;
}
