/** Valid records of the embedded pipeline's stream, derived from its value: a new field of the stream is in them. */

import type { Field, Stream } from "../src/spec/pipeline.ts";
import { onlyStream } from "../src/spec/names.ts";

/**
 * A record that meets the contract of a stream, in the order in which it is written. Each field has the first value that its contract
 * accepts, unless `values` has another one, valid or not.
 */
export function exampleRecord(
  values: Readonly<Record<string, unknown>> = {},
  stream: Stream = onlyStream,
): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(values).find((name) => stream.fields.every((field) => field.name !== name));
  if (unknown !== undefined) throw new Error(`Stream "${stream.name}" has no field "${unknown}"`);
  return Object.fromEntries(
    stream.fields.map((field) => [field.name, Object.hasOwn(values, field.name) ? values[field.name] : firstValue(field)]),
  );
}

/** Its text, as `data` writes it. */
export function exampleText(values: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify(exampleRecord(values));
}

function firstValue({ name, contract }: Field): unknown {
  switch (contract.type) {
    case "int":
      return contract.min;
    case "uuid":
      return "00000000-0000-4000-8000-000000000000";
    case "one_of":
      return contract.values[0];
    case "bool":
      return false;
    case "text":
      return "";
    case "time":
      if (contract.as === "sql") return "2026-01-01 00:00:00.000";
      break;
    default:
  }
  throw new Error(`No example for ${name}, a field of type ${contract.type}`);
}
