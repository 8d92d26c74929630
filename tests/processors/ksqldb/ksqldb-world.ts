/** A stack on a FAKE ksqlDB server, for the tests of its processor. */

import { assetPaths, readAsset } from "../../../src/core/assets.ts";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import type { KsqldbOptions } from "../../../src/processors/ksqldb/computation.ts";
import type { Owner } from "../../../src/processors/ksqldb/naming.ts";
import { createKsqldbProcessor } from "../../../src/processors/ksqldb/processor.ts";
import type { TopicIdentity } from "../../../src/spec/names.ts";
import { provision as provisionGraph } from "../provision.ts";
import type { ProcessorWorld, Wish } from "../processor-contract.ts";
import { type FakeKsqldb, startFakeKsqldb } from "./fake-ksqldb.ts";

export const windows: TopicIdentity = { name: "window_transactions", id: "w1" };
export const wish: Wish = { transactionsTopicId: "t1", statements: "first" };
const counted = { first: "COUNT(*)", second: "COUNT(total_paid)", refused: "REFUSED(*)" } as const;

export interface KsqldbWorld extends ProcessorWorld {
  readonly ksqldb: FakeKsqldb;
  /** Intermediate topics that the processor created. */
  readonly topics: Set<string>;
  /** All intermediate topics that it ever created, in order. */
  readonly made: readonly string[];
  options(topic: TopicIdentity, wish: Wish): KsqldbOptions;
}

interface WorldOptions {
  /** Undefined for a server of the stack. */
  readonly owner?: Owner;
  readonly edit?: (text: string) => string;
  /** A server shared with another world, which closes it. */
  readonly shared?: Pick<KsqldbWorld, "ksqldb" | "topics">;
}

export async function createWorld({ owner, edit = (text) => text, shared }: WorldOptions = {}): Promise<KsqldbWorld> {
  const ksqldb = shared?.ksqldb ?? (await startFakeKsqldb());
  const topics = shared?.topics ?? new Set<string>();
  const made: string[] = [];
  const writes = ({ topic }: { readonly topic: string }): boolean => topic === windows.name;
  const options = (topic: TopicIdentity, { transactionsTopicId, statements }: Wish): KsqldbOptions => ({
    url: ksqldb.url,
    owner,
    transactions: { name: "transactions", id: transactionsTopicId },
    transactionsPartitions: 3,
    windows: topic,
    topics: {
      list: async () => [topic.name, ...topics],
      async create(name) {
        topics.add(name);
        made.push(name);
      },
      remove: async (name) => void topics.delete(name),
    },
    declarations: { paths: assetPaths, read: (path) => edit(readAsset(path)).replace("COUNT(*)", counted[statements]) },
  });
  return {
    ksqldb,
    topics,
    made,
    options,
    processor: (topic, wanted) => createKsqldbProcessor(options(topic, wanted)),
    started: async () => ksqldb.started().filter(writes).length,
    running: async () =>
      ksqldb
        .queries()
        .filter(writes)
        .map(({ id }) => id),
    async startForeign() {
      ksqldb.run("CREATE STREAM others (a INT) WITH (KAFKA_TOPIC = 'others', VALUE_FORMAT = 'JSON')");
      ksqldb.run(
        "CREATE TABLE window_transactions WITH (KAFKA_TOPIC = 'window_transactions') AS SELECT a, COUNT(*) FROM others GROUP BY a",
      );
    },
    [Symbol.asyncDispose]: async () => await (shared === undefined ? ksqldb[Symbol.asyncDispose]() : undefined),
  };
}

export async function provision(world: KsqldbWorld, wanted: Wish = wish, unfitWindows?: string, topic = windows) {
  return await provisionGraph({
    processorFor: (made) => world.processor(made, wanted),
    transactionsTopicId: wanted.transactionsTopicId,
    windows: topic,
    unfit: unfitWindows,
    replaceTopic: async () => ({ name: topic.name, id: "w2" }),
    deadline: stepDeadline(5000),
  });
}

/** Statements that change the state of a server. */
export const changing = /^(?:CREATE|DROP|TERMINATE|INSERT)/u;
