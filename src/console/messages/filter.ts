import type { MessageFilter } from "./types.ts";
export function parseFilter(text: string): MessageFilter {
  return { text };
}
