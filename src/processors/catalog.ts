/** Every stream processor that streamctl can run. Options, values of flags, help texts and messages derive from it. */

import { StreamctlError } from "../core/errors.ts";
import { flink } from "./flink/declaration.ts";
import { ksqldb } from "./ksqldb/declaration.ts";
import type { ProcessorDeclaration, ProcessorOption } from "./plugin.ts";

export const processors = { ksqldb, flink } as const satisfies Readonly<Record<string, ProcessorDeclaration>>;

export type ProcessorName = keyof typeof processors;

export const processorNames = Object.keys(processors) as readonly ProcessorName[];

const declarations: readonly ProcessorDeclaration[] = Object.values(processors);

/** Those that `--processor auto` tries, in its order. */
export const automaticProcessors: readonly ProcessorDeclaration[] = declarations
  .filter(({ automatic }) => automatic !== undefined)
  .toSorted((one, other) => (one.automatic ?? 0) - (other.automatic ?? 0));

/** Options of `up` that belong to one of the processors. */
export const processorOptions: readonly ProcessorOption[] = declarations.flatMap(({ options }) => options);

/** Names of those that take queries of their own, as `query --engine` takes them. */
export const queryEngines: readonly string[] = declarations.filter(({ takesQueries }) => takesQueries).map(({ name }) => name);

export function isProcessorName(name: string): name is ProcessorName {
  return Object.hasOwn(processors, name);
}

/** @throws StreamctlError `state` for a processor that this version of streamctl does not have */
export function processorOf(name: string): ProcessorDeclaration {
  if (isProcessorName(name)) return processors[name];
  throw new StreamctlError("state", `Cannot work with processor "${name}": this version of streamctl has none of that name`, {
    hint: "Use the streamctl that started the stack, or another folder: --state-dir DIR",
  });
}
