/** The choices of an `up` without options. */

import type { StackChoices } from "../../src/state/choices.ts";

export const someChoices: StackChoices = {
  runtime: "local",
  runtimeReason: { code: "processes" },
  processor: "flink",
  processorReason: { code: "no-ksqldb" },
  portOffset: 0,
};
