import { expect, test } from "bun:test";
import { transactionsTopic, windowsTopic } from "../../src/spec/names.ts";
import { requirePartitions, topicFinding } from "../../src/pipeline/topics.ts";

const hint = "Recreate the topics, with the loss of what was sent: streamctl down --volumes, then streamctl up";

test("topicFinding() says nothing of a topic as it was declared", () => {
  expect([topicFinding(transactionsTopic, 3), topicFinding(windowsTopic, 1)]).toEqual([undefined, undefined]);
});

test("topicFinding() accepts more partitions where they are read too, and says what to type about any other number", () => {
  expect([topicFinding(transactionsTopic, 6), topicFinding(transactionsTopic, 1), topicFinding(windowsTopic, 2)]).toEqual([
    {
      text: 'Topic "transactions" has 6 partitions, streamctl creates it with 3: all of them are read, nothing needs to be done',
      usable: true,
    },
    { text: 'Topic "transactions" has one partition, at least 3 are needed', hint, usable: false },
    { text: 'Topic "window_transactions" has 2 partitions, exactly 1 is needed', hint, usable: false },
  ]);
});

test("requirePartitions() refuses what the pipeline does not work with", () => {
  expect(requirePartitions(transactionsTopic, 6)?.usable).toBe(true);
  expect(() => requirePartitions(windowsTopic, 2)).toThrow(
    expect.objectContaining({ code: "kafka", message: 'Topic "window_transactions" has 2 partitions, exactly 1 is needed', hint }),
  );
});
