/** Splits streamed text into lines. */

import { StringDecoder } from "node:string_decoder";

/** Complete lines of UTF-8 text without line ends, then the rest after the last line end. Reads only as fast as its consumer. */
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
