/** How Flink reads JSON: with Jackson, leniently because of `json.ignore-parse-errors`. Recorded from Flink 2.3.0. */

import type { JsonReader } from "../../record/json-reader.ts";

export const flinkJsonReader: JsonReader = {
  processor: "flink",
  title: "Flink",
  quirks: [
    "an encoding other than UTF-8",
    "ill-formed UTF-8",
    "a control character in a string",
    "text after the object",
    "an array instead of the object",
    "a duplicate field",
    "a number in a string",
  ],
  limits: { depth: 1000, digits: 1000, nameBytes: 50_000 },
};
