/** Kafka's Java client with the jars of the stack's broker, for what is not done with librdkafka here. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openDeclarations } from "../../src/core/assets.ts";
import { cacheFolder } from "../../src/core/cache-folder.ts";
import { classPath } from "../../src/stack/local/engines.ts";
import { kafkaJars } from "../../src/stack/services/kafka.ts";

function tool(...args: readonly string[]) {
  const jars = classPath({ cacheDir: cacheFolder(), declarations: openDeclarations() }, kafkaJars);
  const source = join(import.meta.dir, "fixtures/KafkaTool.java");
  return spawn("java", ["-cp", jars, source, ...args], { stdio: ["pipe", "pipe", "ignore"] });
}

/** Adds partitions to a topic, as an operator would. */
export async function increasePartitions(brokers: string, topic: string, partitions: number): Promise<void> {
  const [exitCode] = await once(tool("partitions", brokers, topic, String(partitions)), "close");
  if (exitCode !== 0) throw new Error(`KafkaTool failed with exit code ${exitCode}`);
}

/** Commits an offset of a partition for a consumer group, as a consumer of that group would. */
export async function commitOffset(brokers: string, groupId: string, topic: string, partition: number, offset: number): Promise<void> {
  const [exitCode] = await once(tool("commit", brokers, groupId, topic, String(partition), String(offset)), "close");
  if (exitCode !== 0) throw new Error(`KafkaTool ended with ${exitCode}`);
}

export interface OpenTransaction {
  end(how: "commit" | "abort"): Promise<void>;
}

/** Sends a value several times to partition 0 in a transaction, which stays open. */
export async function openTransaction(brokers: string, topic: string, value: string, count: number): Promise<OpenTransaction> {
  const child = tool("transaction", brokers, topic, value, String(count));
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed.then(() => Promise.reject(new Error("KafkaTool opened no transaction")))]);
  return {
    async end(how) {
      child.stdin.end(`${how}\n`);
      await closed;
    },
  };
}
