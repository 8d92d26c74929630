import { once } from "node:events";
import { expect, test } from "bun:test";
import { deadline } from "../../src/core/wait.ts";

test.each([4.2, 0, -3])("deadline() takes what is left of a time, also %d ms", async (ms) => {
  const signal = deadline(ms);
  await once(signal, "abort");
  expect(signal.reason.name).toBe("TimeoutError");
});
