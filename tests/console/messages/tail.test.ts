import { describe, expect, test } from "bun:test";
import type { TailEvent } from "../../../src/console/api.ts";
import { parseFilter } from "../../../src/console/messages/filter.ts";
import { kafkaSource } from "../../../src/console/messages/kafka-source.ts";
import { type TailSubject, tailMessages } from "../../../src/console/messages/tail.ts";
import type { MessageSource } from "../../../src/console/messages/types.ts";
import { pollUntil } from "../../../src/core/wait.ts";
import { Producer } from "../../../src/kafka/producer.ts";
import { packMessages } from "../../kafka/batches.ts";
import { openMockCluster } from "../../kafka/mock-cluster.ts";

const timeoutMs = 20_000;

function send(brokers: string, from: number, count: number): void {
  const producer = new Producer({ brokers, topic: "payments" });
  const batch = packMessages(
    Array.from({ length: count }, (_, index) => ({ key: `key-${from + index}`, value: `value ${from + index};` })),
  );
  for (let first = 0; first < count;) first += producer.produce(batch, first, 1000);
  expect(producer.flush(10_000)).toBe(true);
  producer.close();
}

/** Starts a tail; resolves when it knows where the topic ends. */
async function follow(source: MessageSource, subject: Omit<TailSubject, "topic"> = {}) {
  const controller = new AbortController();
  const events: TailEvent[] = [];
  let isOpen = false;
  const observed: MessageSource = {
    ...source,
    offsets: async (topic, signal) => {
      const marks = await source.offsets(topic, signal);
      isOpen = true;
      return marks;
    },
  };
  const options = { signal: controller.signal, tickMs: 20 };
  const ended = (async () => {
    for await (const event of tailMessages(observed, { topic: "payments", ...subject }, options)) events.push(event);
  })();
  await pollUntil(() => Promise.resolve(isOpen ? true : undefined), { timeoutMs, what: "the end of the topic" });
  const reported = (): number => events.reduce((sum, { rows, skipped }) => sum + rows.length + skipped, 0);
  return {
    events,
    reported,
    until: async (count: number) => {
      const isThere = () => Promise.resolve(reported() >= count && events.at(-1)?.behind === 0 ? true : undefined);
      await pollUntil(isThere, { timeoutMs, what: `${count} messages` });
    },
    end: async () => {
      controller.abort();
      await ended;
    },
  };
}

describe("tailMessages()", () => {
  test("begins at the end, and shows each new message once", async () => {
    using cluster = openMockCluster({ payments: 2 });
    send(cluster.brokers, 0, 30);
    const tail = await follow(kafkaSource({ brokers: cluster.brokers }));
    send(cluster.brokers, 1000, 20);
    await tail.until(20);
    const values = tail.events.flatMap(({ rows }) => rows.map(({ value }) => value));
    expect(values).toHaveLength(20);
    expect(new Set(values)).toEqual(new Set(Array.from({ length: 20 }, (_, index) => `value ${1000 + index};`)));
    await tail.end();
  });

  test("counts the messages that it does not show, exactly, whether it reads them or not", async () => {
    using cluster = openMockCluster({ payments: 3 });
    const tail = await follow(kafkaSource({ brokers: cluster.brokers }));
    send(cluster.brokers, 0, 1000);
    send(cluster.brokers, 1000, 20_000);
    await tail.until(21_000);
    expect(tail.reported()).toBe(21_000);
    expect(tail.events.every(({ rows }) => rows.length <= 50)).toBe(true);
    await tail.end();
  });

  test("searches all messages with a filter", async () => {
    using cluster = openMockCluster({ payments: 2 });
    const tail = await follow(kafkaSource({ brokers: cluster.brokers }), { filter: parseFilter('text "7;"') });
    send(cluster.brokers, 100_000, 5000);
    await tail.until(500);
    expect(tail.reported()).toBe(500);
    expect(tail.events.every(({ rows }) => rows.every(({ value }) => value?.includes("7;") === true))).toBe(true);
    await tail.end();
  });

  test("reads one partition on request, and those that are added later", async () => {
    using cluster = openMockCluster({ payments: 3 });
    const source = kafkaSource({ brokers: cluster.brokers });
    let partitions = 2;
    const growing: MessageSource = {
      ...source,
      offsets: async (topic, signal) => (await source.offsets(topic, signal)).slice(0, partitions),
    };
    const [one, all] = [await follow(source, { partition: 1 }), await follow(growing)];
    send(cluster.brokers, 0, 300);
    const counts = (await source.offsets("payments", new AbortController().signal)).map(({ high }) => high);
    await one.until(counts[1] ?? 0);
    expect(one.events.flatMap(({ rows }) => rows).every(({ partition }) => partition === 1)).toBe(true);
    partitions = 3;
    await all.until(300);
    expect(all.reported()).toBe(300);
    await one.end();
    await all.end();
  });
});
