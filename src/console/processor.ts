import type { ProcessorDocument } from "./api.ts";
import type { Measurements } from "./pipeline/measurements.ts";
import type { Stack } from "./pipeline/stack-reader.ts";
import { pagesOf } from "../pipeline/pages.ts";
import { onlyStream } from "../spec/names.ts";

/** The jobs of the processor and how far they have read. */
export function processorDocument(stack: Stack | undefined, { views, progress, stream }: Measurements): ProcessorDocument {
  const declaration = stack?.processor.declaration;
  const page = stack && pagesOf(stack.state.choices, stack.definitions).find(({ service }) => service === declaration?.name);
  const endOf = (topic: string, partition: number): number | undefined =>
    topic === onlyStream.topic.name ? stream?.value?.find((one) => one.partition === partition)?.high : undefined;
  return {
    label: declaration?.label ?? "",
    jobs:
      views?.value?.map(({ id, name, state, durationMs, facts }) => ({
        id,
        name,
        state,
        durationMs: durationMs ?? null,
        facts: Object.entries(facts).map(([fact, value]) => ({ name: fact, value })),
      })) ?? null,
    progress: (progress?.value ?? []).map(({ topic, partition, nextOffset }) => {
      const end = endOf(topic, partition) ?? null;
      return { topic, partition, next: nextOffset, end, lag: end === null ? null : Math.max(0, end - nextOffset) };
    }),
    problem: views?.problem ?? progress?.problem ?? null,
    page: page?.url ?? null,
  };
}
