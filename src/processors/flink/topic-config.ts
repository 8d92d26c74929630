/** Flink writes records with the current time as timestamp, so the topic of windows needs no additional configuration. */
export const windowTopicConfig: Readonly<Record<string, string>> = {};
