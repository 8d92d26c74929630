/** Every stream processor that streamctl can run. Options, values of flags, help texts and messages derive from it. */

import { StreamctlError } from "../core/errors.ts";
import { flink } from "./flink/declaration.ts";
import { ksqldb } from "./ksqldb/declaration.ts";
import type { ProcessorDeclaration, ProcessorOption } from "./plugin.ts";

export const processors = { flink, ksqldb } as const satisfies Readonly<Record<string, ProcessorDeclaration>>;

type ProcessorName = keyof typeof processors;

const declarations: readonly ProcessorDeclaration[] = Object.values(processors);

/** Those that `--processor auto` tries, in its order. */
export const automaticProcessors: readonly ProcessorDeclaration[] = declarations
  .filter(({ automatic }) => automatic !== undefined)
  .toSorted((one, other) => (one.automatic ?? 0) - (other.automatic ?? 0));

/** The one that every machine can run. @throws StreamctlError `internal` for a catalog without one */
export function defaultProcessor(): string {
  const always = automaticProcessors.find(({ ways }) => ways === undefined);
  if (always) return always.name;
  throw new StreamctlError("internal", "The catalog of processors is wrong: none of them can be had everywhere");
}

/** As `--processor` takes them, and as they are shown: first those that it tries by itself. */
export const processorNames: readonly string[] = [...new Set([...automaticProcessors, ...declarations])].map(({ name }) => name);

/** The service of each, by its name. */
export const processorServices = Object.fromEntries(declarations.map(({ name, service }) => [name, service])) as ProcessorServices;

type ProcessorServices = { readonly [Name in ProcessorName]: (typeof processors)[Name]["service"] };

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
