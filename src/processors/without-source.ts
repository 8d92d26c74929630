import type { ProcessorDeclaration } from "./plugin.ts";

/** The part of a declaration that is the same for all processors that are always available: they need neither a source nor an option. */
export function withoutSource(label: string) {
  return {
    options: [],
    sourceFromOptions: () => undefined,
    detect: async () => ({}),
    choose: () => ({}),
    describeReason: () => undefined,
    describeSource: () => ({ short: "none", long: label }),
    external: () => undefined,
  } satisfies Partial<ProcessorDeclaration>;
}
