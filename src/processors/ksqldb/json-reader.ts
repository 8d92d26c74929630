/** How ksqlDB reads JSON: with Jackson and case-insensitive names. According to its source. */

import type { JsonReader } from "../../record/json-reader.ts";

export const ksqldbJsonReader: JsonReader = {
  processor: "ksqldb",
  title: "ksqlDB",
  quirks: [
    "an encoding other than UTF-8",
    "ill-formed UTF-8",
    "text after the object",
    "a number in a string",
    "a field name in different case",
  ],
  // Limits of newer versions; older ones have none.
  limits: { depth: 1000, digits: 1000, nameBytes: 50_000 },
};
