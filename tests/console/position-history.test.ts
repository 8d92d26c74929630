import { describe, expect, test } from "bun:test";
import { PositionHistory } from "../../src/console/pipeline/position-history.ts";

function history(...samples: readonly (readonly [atMs: number, position: number])[]): PositionHistory {
  const made = new PositionHistory();
  for (const [atMs, position] of samples) made.add(atMs, position);
  return made;
}

describe("PositionHistory", () => {
  test("perSecond() is the average of the last four seconds", () => {
    expect(history([0, 0], [10_000, 100], [12_000, 300], [14_000, 500]).perSecond(14_000)).toBe(100);
  });

  test("perSecond() is unknown with one sample, and when the last one is old", () => {
    expect(history().perSecond(0)).toBeUndefined();
    expect(history([0, 5]).perSecond(0)).toBeUndefined();
    expect(history([0, 0], [1000, 100]).perSecond(9001)).toBeUndefined();
  });

  test("agoMs() interpolates, is 0 for the newest position, and unknown before the first sample", () => {
    const samples = history([1000, 100], [2000, 200]);
    expect(samples.agoMs(150, 3000)).toBe(1500);
    expect([samples.agoMs(200, 3000), samples.agoMs(900, 3000)]).toEqual([0, 0]);
    expect(samples.agoMs(50, 3000)).toBeUndefined();
  });

  test("add() begins again when the position is smaller, because the topic was recreated", () => {
    const samples = history([0, 1000], [1000, 2000], [2000, 5]);
    expect([samples.position, samples.perSecond(2000)]).toEqual([5, undefined]);
  });
});
