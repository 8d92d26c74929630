/** The embedded pipeline: the income from paid transactions in windows of three seconds. */

import { intBounds } from "./contract.ts";
import type { Pipeline } from "./pipeline.ts";
import { endlessTopic } from "./topics.ts";

export const transactions = {
  name: "transactions",
  seed: 0,
  entities: [
    {
      // One user per leading digit, so that a window's total can be checked by eye. The Java client's murmur2 spreads them 4/3/3
      // over three partitions: digit d goes to partition d mod 3.
      name: "users",
      rows: 10,
      fields: [
        {
          name: "id",
          generator: {
            kind: "values",
            values: [
              "02e88613-6e3f-4305-bafe-9b48ef89c5c0",
              "1c86ce27-24b5-47dd-948b-7747c5007a0b",
              "26ed8be3-6adc-47cf-a717-1da3682c69c4",
              "34cc50a5-811f-4122-bb54-e4137a92f420",
              "4038ac85-0882-4467-8142-6ff3085fc17a",
              "5484ec1c-c9e2-4ef5-85b8-58385b022a8a",
              "655f9ecd-c3fd-428f-b680-fc073eaf32a3",
              "79f5bc60-9814-4d51-9221-b428dd85ba8a",
              "868debd4-8f6e-47b5-a767-34e614d7a88a",
              "95d1d6aa-9e42-412d-b74e-c005e523279c",
            ],
          },
        },
        { name: "price", generator: { kind: "values", values: [100, 10, 20, 30, 40, 50, 60, 70, 80, 90] } },
      ],
    },
  ],
  streams: [
    {
      name: "transactions",
      topic: { name: "transactions", partitions: 3, config: endlessTopic },
      key: "user_id",
      eventTime: "event_timestamp",
      fields: [
        {
          name: "event_timestamp",
          generator: { kind: "event_time" },
          contract: { type: "time", as: "sql", optional: false },
        },
        {
          name: "transaction_id",
          generator: { kind: "int", min: 1, max: 1_000_000, shape: { kind: "uniform" } },
          contract: { type: "int", min: 1, max: 1_000_000, optional: false },
        },
        {
          name: "user_id",
          generator: { kind: "ref", entity: "users", field: "id", pick: { kind: "uniform" } },
          contract: { type: "uuid", optional: false },
        },
        {
          name: "total_paid",
          generator: { kind: "same", as: "user_id", field: "price" },
          contract: { type: "int", ...intBounds, optional: false },
        },
        {
          name: "status",
          generator: {
            kind: "one_of",
            choices: [
              { value: "Paid", weight: 1 },
              { value: "Refused", weight: 1 },
            ],
          },
          contract: { type: "one_of", values: ["Paid", "Refused"], optional: false },
        },
      ],
    },
  ],
  windows: [
    {
      name: "transaction_window",
      topic: { name: "window_transactions", partitions: 1, config: endlessTopic },
      from: "transactions",
      where: [{ kind: "one_of", field: "status", values: ["Paid"] }],
      span: { kind: "tumbling", sizeMs: 3000 },
      by: [],
      columns: [
        { name: "TOTAL_PAID", aggregate: { kind: "sum", field: "total_paid" }, where: [] },
        { name: "TOTAL_TRANSACTIONS", aggregate: { kind: "count", field: null }, where: [] },
        { name: "AVERAGE_TRANSACTION_VALUE", aggregate: { kind: "avg", field: "total_paid" }, where: [] },
      ],
    },
  ],
} as const satisfies Pipeline;
