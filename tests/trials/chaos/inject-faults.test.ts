import { describe, expect, test } from "bun:test";
import { StreamctlError } from "../../../src/core/errors.ts";
import { injectFaults } from "../../../src/trials/chaos/inject-faults.ts";
import { failureOf } from "../../processors/failure.ts";
import { fakeControl, fault } from "./fakes.ts";

const never = new AbortController().signal;
const long = 60_000;

describe("injectFaults()", () => {
  test("executes each fault at its time, and returns when the first one began", async () => {
    const events: string[] = [];
    const startedMs = performance.now();
    const faults = [fault("freeze", "kafka", 1, 60), fault("kill", "flink", 20), fault("restart", "pinot", 40)];
    const options = {
      control: fakeControl(events),
      signal: never,
      onFault: (one: { readonly service: string }, phase: string) => void events.push(`${one.service} ${phase}`),
    };
    const firstMs = await injectFaults(faults, options);
    expect(events).toEqual([
      "kafka begins",
      "freeze kafka",
      "flink begins",
      "kill flink",
      "pinot begins",
      "stop pinot",
      "thaw kafka",
      "kafka ends",
    ]);
    expect(firstMs - startedMs).toBeWithin(0, 20);
  });

  test("continues a frozen service at once when it is interrupted", async () => {
    const events: string[] = [];
    const interruption = new AbortController();
    const control = fakeControl(events);
    const injected = injectFaults([fault("freeze", "kafka", 1, long), fault("kill", "flink", long)], {
      control,
      signal: interruption.signal,
      onFault: () => void setTimeout(() => interruption.abort(), 5),
    });
    expect(await failureOf(injected)).toMatchObject({ code: "interrupted" });
    expect(events).toEqual(["freeze kafka", "thaw kafka"]);
  });

  test("continues a frozen service when another fault fails, and reports that failure", async () => {
    const events: string[] = [];
    const kill = async (name: string): Promise<never> =>
      await Promise.reject(new StreamctlError("not-running", `${name} of this stack is not running`));
    const control = fakeControl(events, { kill });
    const injected = injectFaults([fault("freeze", "kafka", 1, long), fault("kill", "flink", 10)], { control, signal: never });
    expect(await failureOf(injected)).toMatchObject({ code: "not-running", message: "flink of this stack is not running" });
    expect(events).toEqual(["freeze kafka", "thaw kafka"]);
  });
});
