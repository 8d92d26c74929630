import { describe, expect, test } from "bun:test";
import { Channel } from "../../src/console/channel.ts";

/** A producer that a test controls. */
function controlled() {
  const made: { started: number; ended: number; publish: (value: number) => void; fail: (error: Error) => void } = {
    started: 0,
    ended: 0,
    publish: () => {},
    fail: () => {},
  };
  const channel = new Channel<number>(async (publish, signal) => {
    made.started += 1;
    made.publish = publish;
    await new Promise<void>((resolve, reject) => {
      made.fail = reject;
      signal.addEventListener("abort", () => resolve());
    }).finally(() => void (made.ended += 1));
  });
  return { made, channel };
}

describe("Channel", () => {
  test("runs no producer without a reader, and one for several readers", () => {
    const { made, channel } = controlled();
    expect([made.started, channel.isIdle]).toEqual([0, true]);
    const values: number[][] = [[], []];
    for (const list of values) channel.subscribe({ onValue: (value) => void list.push(value) });
    made.publish(1);
    expect([made.started, channel.isIdle, values]).toEqual([1, false, [[1], [1]]]);
    channel.stop();
  });

  test("passes the last value to a later reader, and nothing to one that has left", () => {
    const { made, channel } = controlled();
    const [first, second]: [number[], number[]] = [[], []];
    const leave = channel.subscribe({ onValue: (value) => void first.push(value) });
    made.publish(1);
    channel.subscribe({ onValue: (value) => void second.push(value) });
    leave();
    made.publish(2);
    expect([first, second]).toEqual([[1], [1, 2]]);
    channel.stop();
  });

  test("keeps the producer for a reader that reconnects", async () => {
    const { made, channel } = controlled();
    channel.subscribe({ onValue: () => {} })();
    channel.subscribe({ onValue: () => {} });
    expect([made.started, made.ended]).toEqual([1, 0]);
    channel.stop();
    await Promise.resolve();
    expect(channel.isIdle).toBe(false);
  });

  test("passes an error to the readers, and starts a new producer for the next one", async () => {
    const { made, channel } = controlled();
    const failed = Promise.withResolvers<unknown>();
    channel.subscribe({ onValue: () => {}, onError: failed.resolve });
    made.fail(new Error("broken"));
    expect(String(await failed.promise)).toBe("Error: broken");
    await Promise.resolve();
    channel.subscribe({ onValue: () => {} });
    expect(made.started).toBe(2);
    channel.stop();
  });
});
