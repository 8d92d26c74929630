import { expect, test } from "bun:test";
import { stepDeadline } from "../../../src/core/step-deadline.ts";
import { consumedOffsets } from "../../../src/stores/pinot/consumption.ts";
import { failureOf } from "../../processors/failure.ts";
import { recordedAnswer } from "../../processors/recordings.ts";

/** What the function makes of this answer of a fake controller. */
async function offsetsIn(text: string, status = 200) {
  const paths: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      paths.push(new URL(request.url).pathname);
      return new Response(text, { status });
    },
  });
  try {
    return { offsets: [...(await consumedOffsets(`http://127.0.0.1:${server.port}`, "a/b", stepDeadline(5000)))], paths };
  } finally {
    await server.stop(true);
  }
}

const answerOf = (segments: unknown) => JSON.stringify({ _segmentToConsumingInfoMap: segments });

test("consumedOffsets() returns the next offset of each partition, from Pinot 0.11 and 1.5", async () => {
  const { text } = recordedAnswer("pinot-0.11.0/answers.http", /consumingSegmentsInfo consuming$/u);
  expect(await offsetsIn(text)).toEqual({ offsets: [[0, 19]], paths: ["/tables/a%2Fb/consumingSegmentsInfo"] });
  const newer = recordedAnswer("pinot-1.5.1/answers.http", /consumingSegmentsInfo/u);
  expect((await offsetsIn(newer.text)).offsets).toEqual([[0, 300]]);
});

test("consumedOffsets() returns nothing while no server is consuming, and for an answer that is not one", async () => {
  const { text } = recordedAnswer("pinot-0.11.0/answers.http", /consumingSegmentsInfo not-consuming$/u);
  expect((await offsetsIn(text)).offsets).toEqual([]);
  for (const other of ["", "nonsense", "{}", answerOf({}), answerOf([]), answerOf(null)])
    expect([other, (await offsetsIn(other, 404)).offsets]).toEqual([other, []]);
});

test("consumedOffsets() takes the replica and the segment that have read furthest, and no offset that is no number", async () => {
  const segments = {
    old: [{ partitionToOffsetMap: { "0": "5", "1": "7" } }, { partitionToOffsetMap: { "0": "9" } }],
    new: [{ partitionToOffsetMap: { "0": "8", "2": "-", "3": "1e400" } }, null, {}],
  };
  expect((await offsetsIn(answerOf(segments))).offsets).toEqual([
    [0, 9],
    [1, 7],
  ]);
});

test("consumedOffsets() says that the controller does not answer", async () => {
  expect(await failureOf(consumedOffsets("http://127.0.0.1:1", "t", stepDeadline(5000)))).toMatchObject({ code: "unreachable" });
});
