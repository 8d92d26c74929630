/** The sentences of why a runtime and a processor were chosen. */

import { isProcessorName, processorOf } from "../processors/catalog.ts";
import type { Reason, StackChoices } from "../state/choices.ts";

/** `<runtime>: <why>; <processor>: <why>`, as `up` says it and `up --json` prints it. */
export function describeChoices({ runtime, runtimeReason, processor, processorReason }: StackChoices): string {
  // A version before this one recorded one sentence for both.
  if (runtimeReason.code === "recorded" && processorReason.code === "recorded") return textOf(runtimeReason);
  return `${runtime}: ${runtimeText(runtimeReason, runtime)}; ${processor}: ${processorText(processor, processorReason)}`;
}

function runtimeText(reason: Reason, runtime: string): string {
  switch (reason.code) {
    case "only-containers":
      return "there is no Java here, and the images are there";
    default:
      return runtime === "local" ? "the engines are processes of this machine" : "the engines are containers";
  }
}

function processorText(processor: string, reason: Reason): string {
  switch (reason.code) {
    case "asked-for":
      return "asked for";
    case "recorded":
      return "as before";
    case "absent":
      return absenceText(reason.facts?.["processors"] ?? "");
    default:
      return processorOf(processor).describeReason(reason) ?? textOf(reason);
  }
}

/** @param names processors that would have been taken, separated by commas */
function absenceText(names: string): string {
  const absent = names.split(",").filter(isProcessorName).map(processorOf);
  const texts = absent.map(({ label, options }) => `no ${label} was given (${options.map(({ name }) => `--${name}`).join(", ")})`);
  return texts.length === 0 ? "it is the first that can be had" : texts.join("; ");
}

function textOf({ facts = {} }: Reason): string {
  return facts["text"] ?? "as before";
}
