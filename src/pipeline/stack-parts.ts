/** Checks that a stack has the services that a command needs: it may have been started with only some of them (`up --only`). */

import { StreamctlError } from "../core/errors.ts";
import type { StackChoices } from "../state/choices.ts";
import { labelOf } from "./catalog.ts";
import { wantsExternal } from "./stack-processor.ts";
import { chosenServices } from "./stack-services.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** Whether the stack has a service. An external server counts too. */
export function hasPart(choices: StackChoices, service: ServiceName): boolean {
  return (service === choices.processor && wantsExternal(choices)) || chosenServices(choices).some(({ name }) => name === service);
}

/**
 * @param action the action for error messages, such as `verify`
 * @throws StreamctlError `not-running` if the stack was started without one of the services
 */
export function requireParts(choices: StackChoices, services: readonly ServiceName[], action: string): void {
  const missing = services.filter((service) => !hasPart(choices, service));
  if (missing.length === 0) return;
  const kept = choices.only ?? [];
  const names = missing.map((service) => labelOf(service)).join(" and no ");
  throw new StreamctlError("not-running", `Cannot ${action}: this stack has no ${names}, it was started with --only ${kept.join(",")}`, {
    hint: `Run: streamctl down, then: streamctl up --only ${[...new Set([...kept, ...services])].join(",")}`,
  });
}

/** A note that the stack computes no windows; undefined if it has a processor. */
export function missingProcessor(choices: StackChoices): string | undefined {
  if (hasPart(choices, choices.processor)) return undefined;
  return `This stack has no ${labelOf(choices.processor)} (--only ${choices.only?.join(",")}): it does not compute windows`;
}
