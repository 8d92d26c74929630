import { expect, test } from "bun:test";
import { type ProcessorTimes, SpareTime } from "../../src/core/spare-time.ts";

/** A machine of two processors, of which a share is idle. */
class FakeMachine {
  nowMs = 0;
  #times: ProcessorTimes = { totalMs: 0, idleMs: 0 };
  readonly spareTime = new SpareTime(
    () => this.#times,
    () => this.nowMs,
  );

  pass(ms: number, idleShare: number): void {
    this.nowMs += ms;
    const { totalMs, idleMs } = this.#times;
    this.#times = { totalMs: totalMs + 2 * ms, idleMs: idleMs + 2 * ms * idleShare };
  }
}

test("processors are scarce while none of them is idle, and not before that was sampled", () => {
  const machine = new FakeMachine();
  machine.pass(200, 0);
  expect(machine.spareTime.isScarce).toBe(false);
  machine.pass(100, 0);
  expect(machine.spareTime.isScarce).toBe(true);
  machine.pass(300, 0.5);
  expect(machine.spareTime.isScarce).toBe(false);
});

test("pauses grow up to a second while processors are scarce, and shrink to nothing while some are idle", () => {
  const machine = new FakeMachine();
  const pauseAfterEach = (idleShare: number): number[] =>
    Array.from({ length: 12 }, () => {
      machine.pass(250, idleShare);
      return machine.spareTime.pauseAfter(30);
    });
  const scarce = pauseAfterEach(0);
  expect(scarce).toEqual(scarce.toSorted((a, b) => a - b));
  expect(scarce.at(-1)).toBe(1000);
  expect(pauseAfterEach(0.5).at(-1)).toBeCloseTo(0);
});
