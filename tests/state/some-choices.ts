/** Choices as an `up` without options leaves them. */

import type { StackChoices } from "../../src/state/choices.ts";

export const someChoices: StackChoices = {
  runtime: "local",
  runtimeReason: { code: "processes" },
  processor: "flink",
  processorReason: { code: "no-ksqldb" },
  portOffset: 0,
};
