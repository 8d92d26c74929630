/** What a request names, and does not exist: the response has status 404. */

import { StreamctlError } from "../core/errors.ts";
import { isUnknownTopic, listOffsets, type TopicOptions, type Watermarks } from "../kafka/admin.ts";

/** @param message such as `There is no topic "orders"` */
export function missing(message: string, cause?: unknown): StreamctlError {
  return new StreamctlError("usage", message, { cause, facts: { isMissing: true } });
}

export function isMissing(error: unknown): boolean {
  return error instanceof StreamctlError && error.facts["isMissing"] === true;
}

/** As `listOffsets()`, for a topic that a request names. @throws StreamctlError that `isMissing()` if there is none */
export async function offsetsOf(options: TopicOptions): Promise<readonly Watermarks[]> {
  const { topic } = options;
  if (topic === "") throw missing(`There is no topic ""`);
  try {
    return await listOffsets(options);
  } catch (error) {
    throw isUnknownTopic(error) ? missing(`There is no topic "${topic}"`, error) : error;
  }
}
