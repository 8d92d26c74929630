/**
 * Classifies messages of the system and the JVM in logs and output of programs that return no error code. No other module parses these
 * messages.
 */

/** `strerror(ENOSPC)` in the C locale, which streamctl sets for every program. */
export function reportsDiskFull(text: string): boolean {
  return text.includes("No space left on device");
}

/** `java.lang.OutOfMemoryError`, for heap, metaspace or direct memory alike. */
export function reportsOutOfMemory(text: string): boolean {
  return text.includes("OutOfMemoryError");
}
