/** What a command needs of a stack that was started with some of the services only (`up --only`). */

import { StreamctlError } from "../core/errors.ts";
import type { StackChoices } from "../state/choices.ts";
import { labelOf } from "./catalog.ts";
import { wantsExternal } from "./stack-processor.ts";
import { chosenServices } from "./stack-services.ts";
import type { ServiceName } from "../state/service-identity.ts";

/** Whether the stack has the service; a server that streamctl did not start is part of it too. */
export function hasPart(choices: StackChoices, service: ServiceName): boolean {
  return (service === choices.processor && wantsExternal(choices)) || chosenServices(choices).some(({ name }) => name === service);
}

/**
 * @param action what is to be done, as in `verify`
 * @throws StreamctlError `not-running` where the stack was started without one of the services
 */
export function requireParts(choices: StackChoices, services: readonly ServiceName[], action: string): void {
  const missing = services.filter((service) => !hasPart(choices, service));
  if (missing.length === 0) return;
  const kept = choices.only ?? [];
  const names = missing.map((service) => labelOf(service)).join(" and no ");
  throw new StreamctlError("not-running", `Cannot ${action}: this stack has no ${names}, it was started with --only ${kept.join(",")}`, {
    hint: `Type: streamctl down, then: streamctl up --only ${[...new Set([...kept, ...services])].join(",")}`,
  });
}

/** A note for whoever looks for windows in a stack that computes none; undefined where it has a processor. */
export function missingProcessor(choices: StackChoices): string | undefined {
  if (hasPart(choices, choices.processor)) return undefined;
  return `This stack has no ${labelOf(choices.processor)} (--only ${choices.only?.join(",")}): it computes no windows by itself`;
}
