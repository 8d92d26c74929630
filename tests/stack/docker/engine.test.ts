import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findEngine } from "../../../src/stack/docker/engine.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** Says with whom it shares the signals of a terminal: its process group is its own, or that of its parent. */
const fakeDocker = `#!/bin/sh
[ "$1" = version ] && exec echo 1
[ "$(cut -d ' ' -f 5 /proc/$$/stat)" = $$ ] && echo alone || echo together
`;

test("run() keeps the terminal's Ctrl-C from a program that no signal may end", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "docker"), fakeDocker, { mode: 0o755 });
  const before = process.env["PATH"];
  process.env["PATH"] = `${folder}:${before}`;
  try {
    const engine = await findEngine();
    expect((await engine.run(["stop", "kafka"])).output).toBe("alone");
    expect((await engine.run(["ps"], { signal: new AbortController().signal })).output).toBe("together");
  } finally {
    process.env["PATH"] = before;
  }
});
