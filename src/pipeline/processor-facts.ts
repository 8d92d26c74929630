/** What a processor needs of the topic of windows, and how it reads JSON. Until a catalog of processors answers this. */

import { StreamctlError } from "../core/errors.ts";
import { flinkJsonReader } from "../processors/flink/json-reader.ts";
import { windowTopicConfig as flinkTopicConfig } from "../processors/flink/topic-config.ts";
import { ksqldbJsonReader } from "../processors/ksqldb/json-reader.ts";
import { windowTopicConfig as ksqldbTopicConfig } from "../processors/ksqldb/topic-config.ts";
import type { JsonReader } from "../record/json-reader.ts";
import { windowsTopic, type Topic } from "../spec/names.ts";

interface ProcessorFacts {
  readonly reader: JsonReader;
  readonly topicConfig: Topic["config"];
}

const facts: Readonly<Record<string, ProcessorFacts>> = {
  flink: { reader: flinkJsonReader, topicConfig: flinkTopicConfig },
  ksqldb: { reader: ksqldbJsonReader, topicConfig: ksqldbTopicConfig },
};

/** The topic of windows with the configuration that the processor needs. */
export function windowsTopicOf(processor: string): Topic {
  return { ...windowsTopic, config: { ...windowsTopic.config, ...factsOf(processor).topicConfig } };
}

export function jsonReaderOf(processor: string): JsonReader {
  return factsOf(processor).reader;
}

function factsOf(processor: string): ProcessorFacts {
  const found = facts[processor];
  if (found === undefined) throw new StreamctlError("internal", `No processor is called "${processor}"`);
  return found;
}
