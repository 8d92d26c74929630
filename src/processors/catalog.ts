/** All stream processors that streamctl supports. Options, option values, help texts and messages are derived from this catalog. */

import { StreamctlError } from "../core/errors.ts";
import { beam } from "./beam/declaration.ts";
import { flink } from "./flink/declaration.ts";
import { ksqldb } from "./ksqldb/declaration.ts";
import type { ProcessorDeclaration, ProcessorOption } from "./plugin.ts";
import { spark } from "./spark/declaration.ts";

export const processors = { flink, ksqldb, spark, beam } as const satisfies Readonly<Record<string, ProcessorDeclaration>>;

type ProcessorName = keyof typeof processors;

const declarations: readonly ProcessorDeclaration[] = Object.values(processors);

/** The processors that `--processor auto` tries, in order. */
export const automaticProcessors: readonly ProcessorDeclaration[] = declarations
  .filter(({ automatic }) => automatic !== undefined)
  .toSorted((one, other) => (one.automatic ?? 0) - (other.automatic ?? 0));

/** The processor that is always available. @throws StreamctlError `internal` for a catalog without one */
export function defaultProcessor(): string {
  const always = automaticProcessors.find(({ howToProvide }) => howToProvide === undefined);
  if (always) return always.name;
  throw new StreamctlError("internal", "The catalog of processors is invalid: no processor is always available");
}

/** Values of `--processor`: those that `auto` tries first, then the others. */
export const processorNames: readonly string[] = [...new Set([...automaticProcessors, ...declarations])].map(({ name }) => name);

/** The service of each processor, by name. */
export const processorServices = Object.fromEntries(declarations.map(({ name, service }) => [name, service])) as ProcessorServices;

type ProcessorServices = { readonly [Name in ProcessorName]: (typeof processors)[Name]["service"] };

/** Options of `up` that belong to a processor. */
export const processorOptions: readonly ProcessorOption[] = declarations.flatMap(({ options }) => options);

/** Names of the processors that support queries, for `query --engine`. */
export const queryEngines: readonly string[] = declarations.filter(({ takesQueries }) => takesQueries).map(({ name }) => name);

export function isProcessorName(name: string): name is ProcessorName {
  return Object.hasOwn(processors, name);
}

/** @throws StreamctlError `state` for a processor that this version of streamctl does not have */
export function processorOf(name: string): ProcessorDeclaration {
  if (isProcessorName(name)) return processors[name];
  throw new StreamctlError("state", `Cannot use processor "${name}": this version of streamctl does not support it`, {
    hint: "Use the version of streamctl that started the stack, or another state folder: --state-dir DIR",
  });
}
