/** Texts for the reasons why a runtime and a processor were chosen. */

import { isProcessorName, processorOf } from "../processors/catalog.ts";
import type { Reason, StackChoices } from "../state/choices.ts";

/** `<runtime>: <why>; <processor>: <why>`, as shown by `up` and `up --json`. */
export function describeChoices({ runtime, runtimeReason, processor, processorReason }: StackChoices): string {
  // Earlier versions recorded one text for both.
  if (runtimeReason.code === "recorded" && processorReason.code === "recorded") return textOf(runtimeReason);
  return `${runtime}: ${runtimeText(runtimeReason, runtime)}; ${processor}: ${processorText(processor, processorReason)}`;
}

function runtimeText(reason: Reason, runtime: string): string {
  switch (reason.code) {
    case "only-containers":
      return "Java is not installed, and all images are available";
    default:
      return runtime === "local" ? "the engines run as local processes" : "the engines run in containers";
  }
}

function processorText(processor: string, reason: Reason): string {
  switch (reason.code) {
    case "asked-for":
      return "requested";
    case "recorded":
      return "as before";
    case "absent":
      return absenceText(reason.facts?.["processors"] ?? "");
    default:
      return processorOf(processor).describeReason(reason) ?? textOf(reason);
  }
}

/** @param names processors that were preferred but not available, separated by commas */
function absenceText(names: string): string {
  const absent = names.split(",").filter(isProcessorName).map(processorOf);
  const texts = absent.map(({ label, options }) => `no ${label} was given (${options.map(({ name }) => `--${name}`).join(", ")})`);
  return texts.length === 0 ? "it is the first one available" : texts.join("; ");
}

function textOf({ facts = {} }: Reason): string {
  return facts["text"] ?? "as before";
}
