/**
 * Takes a lock repeatedly, as fast as possible, and each time leaves it as a killed process does: held by a process that no longer exists.
 * Exits with 1 when another process works at the same time. Arguments: the lock, the number of rounds.
 */

import { mkdir, readdir, rename, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "../../src/core/errors.ts";
import { withLock } from "../../src/core/lock.ts";
import { pause } from "../../src/core/wait.ts";

const [, , path = "", rounds = "0"] = process.argv;
const inside = join(dirname(path), "inside");
const goneHolder = "1.1.a-boot-that-is-over.";

async function work(round: number): Promise<void> {
  await mkdir(inside); // Fails when another process is inside.
  if (round % 3 === 0) await pause(1);
  await rmdir(inside);
  const [claim = "", ...others] = await readdir(path);
  if (!claim.startsWith(`${process.pid}.`) || others.length > 0) throw new Error(`the lock names ${[claim, ...others].join(" and ")}`);
  await rename(join(path, claim), join(path, `${goneHolder}${claim.slice(-8)}`));
}

for (let round = 0; round < Number(rounds);) {
  try {
    await withLock(path, { timeoutMs: 1, onWait: () => {} }, async () => await work(round));
    round += 1;
  } catch (error) {
    if (!hasCode(error, "locked")) throw error;
  }
}
