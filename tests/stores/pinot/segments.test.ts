import { expect, test } from "bun:test";
import { type SegmentAnswers, segmentsIn } from "../../../src/stores/pinot/segments.ts";

const answers = (ideal: object, view: object): SegmentAnswers => {
  const answer = (json: object): SegmentAnswers["idealState"] => ({ status: 200, text: JSON.stringify(json), json });
  return { idealState: answer(ideal), externalView: answer(view) };
};

test("segmentsIn() joins what the controller wants with what each server reports", () => {
  const ideal = { REALTIME: { a: { s1: "ONLINE", s2: "ONLINE" }, b: { s1: "CONSUMING" }, c: {} } };
  const view = { REALTIME: { a: { s1: "ONLINE", s2: "ERROR" }, old: { s1: "ONLINE" } } };
  expect(segmentsIn(answers(ideal, view))).toEqual([
    {
      name: "a",
      assigned: true,
      replicas: [
        { wanted: "ONLINE", reported: "ONLINE" },
        { wanted: "ONLINE", reported: "ERROR" },
      ],
    },
    { name: "b", assigned: true, replicas: [{ wanted: "CONSUMING", reported: undefined }] },
    { name: "c", assigned: true, replicas: [] },
    { name: "old", assigned: false, replicas: [{ wanted: undefined, reported: "ONLINE" }] },
  ]);
});

test("segmentsIn() finds none where the table does not exist", () => {
  expect(segmentsIn(answers({ code: 404, error: "no such table" }, { OFFLINE: null, REALTIME: null }))).toEqual([]);
});
