/** Rewrites a file, each time with another letter, until it is killed. Argument: the file. */

import { writeDurably } from "../../src/core/files.ts";

const [, , path = ""] = process.argv;
for (let round = 0; ; round += 1) {
  await writeDurably(path, String.fromCodePoint(97 + (round % 26)).repeat(100_000));
  if (round === 0) process.stderr.write("written\n");
}
