/** Lines of text that comes in pieces. */

import { StringDecoder } from "node:string_decoder";

/** Whole lines of UTF-8, without their ends, as they come; what stands behind the last end comes when the pieces end. Reads at its reader's pace. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder("utf8");
  let partial = "";
  for await (const bytes of pieces) {
    const lines = (partial + decoder.write(bytes)).split("\n");
    partial = lines.pop() ?? "";
    yield* lines;
  }
  if (partial !== "") yield partial;
}
