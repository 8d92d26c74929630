import type { JsonReader } from "../record/json-reader.ts";

/** How the programs read JSON (`config/program/RecordReader.java`): by the contract, with Jackson, whose decoder accepts surrogates in UTF-8. */
export function programJsonReader(processor: string, title: string): JsonReader {
  return { processor, title, quirks: ["ill-formed UTF-8"], limits: { depth: 1000, digits: 1000, nameBytes: 50_000 } };
}
