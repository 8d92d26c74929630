/** A run of `data` with known records, so that the topic can be compared with the run's counts. */

import { expect, onTestFinished } from "bun:test";
import { join } from "node:path";
import { pollUntil } from "../../src/core/wait.ts";
import { dryRun } from "../../src/data/dry-run.ts";
import { resolveDataRequest } from "../../src/data/request.ts";
import type { DataSummary } from "../../src/data/summary.ts";
import { listOffsets } from "../../src/kafka/admin.ts";
import type { Broker } from "./broker.ts";
import { start, type Outcome, type Running } from "./streamctl.ts";
import { topicValues } from "./topic-records.ts";

export interface KnownRunOptions {
  readonly broker: Broker;
  /** Path of the ledger. */
  readonly folder: string;
  /** A topic that does not exist yet. */
  readonly topic: string;
  readonly count: number;
  readonly seed: number;
  readonly messagesPerSecond: number;
  readonly args?: readonly string[];
}

/** The result after the end of the run. */
export interface Audit extends Outcome {
  readonly summary: DataSummary;
  /** Number of records in the topic. */
  readonly found: number;
}

export class KnownRun {
  readonly running: Running;
  readonly #options: KnownRunOptions;

  private constructor(options: KnownRunOptions, running: Running) {
    this.#options = options;
    this.running = running;
  }

  /**
   * Creates the topic and starts sending; ends with the test at the latest. Event times increase by one millisecond, so every record is
   * unique.
   */
  static async start(options: KnownRunOptions): Promise<KnownRun> {
    const { broker, folder, topic, messagesPerSecond, args = [] } = options;
    await broker.createTopic(topic);
    const { count, seed, startTime, spacing } = rawOptions(options);
    const records = ["-n", count, "--seed", seed, "--start-time", startTime, "--spacing", spacing, "--rate", String(messagesPerSecond)];
    const where = ["--brokers", broker.address, "--topic", topic, "--state-dir", join(folder, topic)];
    const running = start(["data", ...where, ...records, ...args, "--json"], { cwd: folder, timeoutMs: 900_000 });
    onTestFinished(() => void running.child.kill("SIGKILL"));
    return new KnownRun(options, running);
  }

  /** Resolves when the topic contains this many records. */
  async flowing(records: number): Promise<void> {
    const { broker, topic } = this.#options;
    const holds = async (): Promise<true | undefined> => {
      const marks = await listOffsets({ brokers: broker.address, topic, timeoutMs: 10_000 });
      return marks.reduce((sum, { high }) => sum + high, 0) >= records ? true : undefined;
    };
    await pollUntil(holds, { timeoutMs: 60_000, what: "messages" });
  }

  /** Awaits the end, reads the topic, and checks the properties that hold in any case. */
  async audit(): Promise<Audit> {
    const { broker, topic } = this.#options;
    const outcome = await this.running.outcome;
    const summary = JSON.parse(outcome.stdout) as DataSummary;
    const { accepted, delivered, failed, unresolved } = summary;
    const values = await topicValues(broker.address, topic);
    const sent = await knownRecords(this.#options);
    const found = values.length;
    const twice = found - new Set(values).size;
    const foreign = values.filter((value) => !sent.has(value)).length;
    const counts = { accepted, delivered, failed, unresolved, found };
    expect({ ...counts, twice, foreign }).toEqual({ ...counts, accepted: delivered + failed + unresolved, twice: 0, foreign: 0 });
    expect(found).toBeGreaterThanOrEqual(delivered);
    expect(found).toBeLessThanOrEqual(delivered + unresolved);
    return { ...outcome, summary, found };
  }
}

function rawOptions({ count, seed }: KnownRunOptions) {
  return { count: String(count), seed: String(seed), startTime: "2026-01-01T00:00:00Z", spacing: "1ms" };
}

async function knownRecords(options: KnownRunOptions): Promise<ReadonlySet<string>> {
  const records = new Set<string>();
  const request = resolveDataRequest({ ...rawOptions(options), dryRun: true }, { cores: 1, nowMs: 0, randomSeed: 0 });
  await dryRun(request, async (text) => {
    for (const line of text.trimEnd().split("\n")) records.add(line);
  });
  return records;
}
