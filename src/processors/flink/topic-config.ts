/** Topic configuration that this processor needs for the topics of windows. */

/** Records carry the time of their writing, so that topics need nothing beyond what the pipeline declares. */
export const windowTopicConfig: Readonly<Record<string, string>> = {};
