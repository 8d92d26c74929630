/** The topic of windows with the configuration that the stack's processor needs. */

import { windowTopicConfig as flink } from "../processors/flink/topic-config.ts";
import { windowTopicConfig as ksqldb } from "../processors/ksqldb/topic-config.ts";
import { windowsTopic, type Topic } from "../spec/names.ts";

const configs: Readonly<Record<string, Topic["config"]>> = { flink, ksqldb };

export function windowsTopicOf(processor: string): Topic {
  return { ...windowsTopic, config: { ...windowsTopic.config, ...configs[processor] } };
}
