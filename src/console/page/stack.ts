/** The facts about the stack that stay while the page is open. Views are displayed once they are known. */

import { signal } from "@preact/signals";
import type { StackDocument } from "../api.ts";
import { failureOf, requestJson, type Failure } from "./requests.ts";

export const stackDocument = signal<StackDocument | undefined>(undefined);
export const stackFailure = signal<Failure | undefined>(undefined);

/** Requests the facts until the server returns them. */
export async function loadStack(): Promise<void> {
  try {
    stackDocument.value = await requestJson<StackDocument>("/api/stack", new AbortController().signal);
    stackFailure.value = undefined;
  } catch (error) {
    stackFailure.value = failureOf(error);
    setTimeout(() => void loadStack(), 1000);
  }
}

/** The facts, in a view. */
export function useStack(): StackDocument {
  const stack = stackDocument.value;
  if (stack === undefined) throw new Error("A view was displayed before the facts about the stack were known");
  return stack;
}
