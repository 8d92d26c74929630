/**
 * What the system and the Java virtual machine say in the logs and the output of programs that give no code. These words are read here
 * alone.
 */

/** `strerror(ENOSPC)`, which every program repeats in the locale that streamctl gives it. */
export function saysDiskFull(text: string): boolean {
  return text.includes("No space left on device");
}

/** `java.lang.OutOfMemoryError`, whatever of the memory it was. */
export function saysOutOfMemory(text: string): boolean {
  return text.includes("OutOfMemoryError");
}
