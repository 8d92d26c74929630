/** A text file read from its end, and on as it grows: piece by piece, at the pace of whoever reads, so that a log of any size costs the memory of one piece. */

import { open, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { systemCode } from "./errors.ts";

const chunkBytes = 64 * 1024;
/** A line that is longer, in characters, is handed on in pieces: it need not end at all. */
const longestLine = 1024 * 1024;
const newline = 0x0a;

export interface Tail {
  /** The last lines, without their ends. */
  readonly lines: readonly string[];
  /** Byte behind what was read: where to go on. */
  readonly position: number;
}

/** The last `count` lines of a file; undefined where there is no such file. */
export async function readTail(path: string, count: number): Promise<Tail | undefined> {
  const file = await openIfExists(path);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    let start = size;
    const chunks: Buffer[] = [];
    let ends = 0;
    // One line end more than lines: the one before the first of them.
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

/** Follows a file from a position on; begins again at its start where it became shorter, as a log that was set aside. */
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
   * The whole lines that came since the last look; none where the file is not there. Reads no further than its reader does, and goes on
   * the next time behind the piece of 64 KiB that the reader stopped in.
   */
  async *look(): AsyncGenerator<string, void, undefined> {
    const file = await openIfExists(this.#path);
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

async function openIfExists(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
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
