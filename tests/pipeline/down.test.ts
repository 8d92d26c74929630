import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import type { Log } from "../../src/core/log.ts";
import { down } from "../../src/pipeline/down.ts";
import { writeRunState } from "../../src/state/run-state.ts";
import { stateFolder } from "../../src/state/state-folder.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { someChoices } from "../state/some-choices.ts";

test("down() removes the stack's objects from the current external server and from the abandoned one", async () => {
  const [chosen, former] = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
  const folder = stateFolder(await temporaryFolder());
  const choices = {
    ...someChoices,
    processor: "ksqldb",
    source: { url: chosen },
    abandoned: [{ processor: "ksqldb", source: { url: former } }],
  };
  await writeRunState(folder, {
    version: 3,
    stack: { id: "0a1b2c3d", place: { path: folder.root, device: "1", inode: "2" } },
    choices,
    services: [],
    starting: [],
    resources: [],
  });
  const warnings: string[] = [];
  const log: Log = { info() {}, success() {}, debug() {}, warn: (message) => warnings.push(message) };
  await down({ volumes: true, portOffset: undefined }, { folder, log, signal: new AbortController().signal });
  expect(warnings.map((warning) => /^Objects of this stack remain on ksqlDB at (\S+)/u.exec(warning)?.[1])).toEqual([chosen, former]);
  expect(await readdir(folder.root).catch(() => [])).toEqual([]);
});
