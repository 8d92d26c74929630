/** The sentences of why a runtime and a processor were chosen. */

import type { Reason, StackChoices } from "../state/choices.ts";

/** `<runtime>: <why>; <processor>: <why>`, as `up` says it and `up --json` prints it. */
export function describeChoices({ runtime, runtimeReason, processor, processorReason }: StackChoices): string {
  // A version before this one recorded one sentence for both.
  if (runtimeReason.code === "recorded" && processorReason.code === "recorded") return textOf(runtimeReason);
  return `${runtime}: ${runtimeText(runtimeReason, runtime)}; ${processor}: ${processorText(processorReason)}`;
}

function runtimeText(reason: Reason, runtime: string): string {
  switch (reason.code) {
    case "only-containers":
      return "there is no Java here, and the images are there";
    default:
      return runtime === "local" ? "the engines are processes of this machine" : "the engines are containers";
  }
}

function processorText(reason: Reason): string {
  const { facts = {} } = reason;
  switch (reason.code) {
    case "asked-for":
      return "asked for";
    case "no-ksqldb":
      return "no ksqlDB was given (--ksqldb-url, --ksqldb-home)";
    case "server":
      return `the server at ${facts["url"] ?? ""} is there`;
    case "installed":
      return `it is installed in ${facts["home"] ?? ""}`;
    case "image":
      return "it comes as an image";
    default:
      return textOf(reason);
  }
}

function textOf({ facts = {} }: Reason): string {
  return facts["text"] ?? "as before";
}
