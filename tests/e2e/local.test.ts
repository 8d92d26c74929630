import { describe, expect, test } from "bun:test";
import { cp, mkdir, readdir, readFile, stat, truncate } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openDeclarations } from "../../src/core/assets.ts";
import { cacheFolder } from "../../src/core/cache-folder.ts";
import { silentLog } from "../../src/core/log.ts";
import { processesOfUser } from "../../src/core/process-list.ts";
import { pollUntil } from "../../src/core/wait.ts";
import { networkLayout } from "../../src/stack/network-layout.ts";
import { classPath, resolveEngines } from "../../src/stack/local/engines.ts";
import { defineService } from "../../src/stack/service-type.ts";
import { kafkaService } from "../../src/stack/services/kafka.ts";
import { runtimeContract } from "./runtime-contract.ts";
import { Stack } from "./streamctl.ts";

describe("a stack of local processes", () => runtimeContract({ runtime: "local", portOffset: 12_000 }));

/** The archive is made with the lowest priority, and other tests may run. */
const makingTimeoutMs = 600_000;

test(
  "up makes class-data archives in the background, which the next up uses; a damaged one is harmless, and down ends the making",
  async () => {
    const stack = await Stack.create(12_100);
    const cacheDir = join(stack.folder, "cache");
    await copyKafka(cacheDir);
    const archives = join(cacheDir, "class-archives");
    const options = { env: { STREAMCTL_CACHE_DIR: cacheDir } };
    const up = async (): Promise<number> => {
      await stack.json(["up", "--port-offset", String(stack.offset), "--only", "kafka", "--without", "console"], options);
      return await stack.pidOf("kafka");
    };
    const made = async (): Promise<string | undefined> =>
      (await readdir(archives).catch(() => [])).find((name) => /^kafka-[0-9a-f]{12}\.jsa$/u.test(name));
    const mapped = async (pid: number): Promise<boolean> => (await readFile(`/proc/${pid}/maps`, "utf8")).includes(archives);
    try {
      await up();
      await stack.json(["down"], options);
      expect(await processesOfUser((args) => args.some((word) => word.includes(archives)))).toEqual([]);

      expect(await mapped(await up())).toBe(false);
      const archive = await pollUntil(made, { timeoutMs: makingTimeoutMs, what: "the archive" });
      await stack.json(["down"], options);
      expect(await mapped(await up())).toBe(true);
      await stack.json(["down"], options);

      const path = join(archives, archive);
      await truncate(path, Math.floor((await stat(path)).size / 2));
      expect(await mapped(await up())).toBe(false);
      expect(await readFile(join(stack.stateDir, "log/kafka.log"), "utf8")).not.toMatch(/\[warning\]|\[cds\]|shared archive/iu);
    } finally {
      expect(await stack.end()).toEqual([]);
    }
  },
  makingTimeoutMs + 240_000,
);

/** Fills a cache with the jars of Kafka in the user's cache. */
async function copyKafka(cacheDir: string): Promise<void> {
  const { process: program } = defineService(kafkaService, networkLayout([kafkaService], "local", 0));
  if (program.kind !== "jvm" || program.jars.kind !== "maven") throw new Error("Kafka is a JVM with jars of Maven");
  const from = { cacheDir: cacheFolder(), declarations: openDeclarations(undefined) };
  await resolveEngines([program.jars], { ...from, log: silentLog });
  const home = dirname(dirname(classPath(from, program.jars)));
  await mkdir(join(cacheDir, "engines"), { recursive: true });
  await cp(home, join(cacheDir, "engines", basename(home)), { recursive: true, preserveTimestamps: true });
}
