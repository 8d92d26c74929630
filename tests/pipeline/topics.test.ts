import { expect, test } from "bun:test";
import { transactionsTopic, windowsTopic } from "../../src/spec/names.ts";
import { requirePartitions, topicFinding } from "../../src/pipeline/topics.ts";

const hint = "Recreate the topics, which deletes all records: streamctl down --volumes, then streamctl up";

test("topicFinding() returns undefined for a topic as declared", () => {
  expect([topicFinding(transactionsTopic, 3), topicFinding(windowsTopic, 1)]).toEqual([undefined, undefined]);
});

test("topicFinding() accepts more partitions where allowed, and gives a hint for any other number", () => {
  expect([topicFinding(transactionsTopic, 6), topicFinding(transactionsTopic, 1), topicFinding(windowsTopic, 2)]).toEqual([
    {
      text: 'Topic "transactions" has 6 partitions, the pipeline declares 3: all of them are read',
      usable: true,
    },
    { text: 'Topic "transactions" has one partition, the pipeline needs at least 3', hint, usable: false },
    { text: 'Topic "window_transactions" has 2 partitions, the pipeline needs exactly 1', hint, usable: false },
  ]);
});

test("requirePartitions() rejects an unusable number of partitions", () => {
  expect(requirePartitions(transactionsTopic, 6)?.usable).toBe(true);
  expect(() => requirePartitions(windowsTopic, 2)).toThrow(
    expect.objectContaining({ code: "kafka", message: 'Topic "window_transactions" has 2 partitions, the pipeline needs exactly 1', hint }),
  );
});
