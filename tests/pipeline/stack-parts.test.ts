import { expect, test } from "bun:test";
import { missingProcessor, requireParts } from "../../src/pipeline/stack-parts.ts";
import type { StackChoices } from "../../src/state/choices.ts";
import { someChoices } from "../state/some-choices.ts";

const whole = someChoices;

function refusal(choices: StackChoices): unknown {
  try {
    requireParts(choices, ["kafka", "pinot"], "verify");
    return undefined;
  } catch (error) {
    const { code, message, hint } = error as { readonly code: string; readonly message: string; readonly hint: string };
    return { code, message, hint };
  }
}

test("requireParts() names the missing services, and how to start them", () => {
  expect(refusal(whole)).toBeUndefined();
  // Pinot brings Kafka and ZooKeeper.
  expect(refusal({ ...whole, only: ["pinot"] })).toBeUndefined();
  expect(refusal({ ...whole, only: ["flink", "kafka"] })).toEqual({
    code: "not-running",
    message: "Cannot verify: this stack has no Pinot, it was started with --only flink,kafka",
    hint: "Run: streamctl down, then: streamctl up --only flink,kafka,pinot",
  });
  expect(refusal({ ...whole, only: ["zookeeper"] })).toEqual({
    code: "not-running",
    message: "Cannot verify: this stack has no Kafka and no Pinot, it was started with --only zookeeper",
    hint: "Run: streamctl down, then: streamctl up --only zookeeper,kafka,pinot",
  });
});

test("missingProcessor() notes that a stack computes no windows, unless an external server does", () => {
  expect(missingProcessor(whole)).toBeUndefined();
  expect(missingProcessor({ ...whole, only: ["pinot"] })).toBe("This stack has no Flink (--only pinot): it does not compute windows");
  const external = { ...whole, processor: "ksqldb", source: { url: "http://127.0.0.1:8088" }, only: ["ksqldb", "pinot"] } as const;
  expect(missingProcessor(external)).toBeUndefined();
});
