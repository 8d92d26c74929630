/** The options of processors, for the commands that start a stack. */

import { processorOptions } from "../processors/catalog.ts";
import type { OptionValues, ProcessorOption } from "../processors/plugin.ts";

interface ProcessorArgument extends Pick<ProcessorOption, "valueHint" | "description"> {
  readonly type: "string";
}

/** @param options some of the processors' options */
export function processorArgs(options: readonly ProcessorOption[] = processorOptions): Readonly<Record<string, ProcessorArgument>> {
  return Object.fromEntries(options.map(({ name, valueHint, description }) => [name, { type: "string", valueHint, description }]));
}

/** The values of these options that were given. */
export function typedOptions(typed: Readonly<Record<string, unknown>>): OptionValues {
  const values = processorOptions.map(({ name }) => [name, typed[name]] as const);
  return Object.fromEntries(values.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
