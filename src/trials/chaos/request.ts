/** Resolves the options of `chaos` into a request, and the services that it may break. Pure. */

import { StreamctlError } from "../../core/errors.ts";
import { joinNames } from "../../core/list.ts";
import { nameList, refuse, wholeNumber } from "../../core/option-text.ts";
import { messageRate } from "../../data/option-values.ts";
import { serviceType } from "../../pipeline/catalog.ts";
import { wantsExternal } from "../../pipeline/stack-processor.ts";
import { chosenServices, unknownService } from "../../pipeline/stack-services.ts";
import type { StackChoices } from "../../state/choices.ts";
import { faultKinds, type FaultKind } from "./fault-plan.ts";

/** The options as text; undefined if not given. */
export interface RawChaosOptions {
  readonly rounds?: string | undefined;
  readonly seed?: string | undefined;
  readonly rate?: string | undefined;
  readonly services?: string | undefined;
  readonly kinds?: string | undefined;
}

export interface ChaosRequest {
  readonly rounds: number;
  /** Of the faults and of the records: 0 to 2^53 − 1. */
  readonly seed: number;
  readonly messagesPerSecond: number;
  /** The services to break; undefined for all but the optional ones. */
  readonly services: readonly string[] | undefined;
  readonly kinds: readonly FaultKind[];
}

const defaultRounds = 5;
const maxRounds = 10_000;
const defaultRate = 2000;

/**
 * @param randomSeed the seed if none is given
 * @throws StreamctlError `usage` for the first invalid option
 */
export function resolveChaosRequest(raw: RawChaosOptions, randomSeed: number): ChaosRequest {
  return Object.freeze({
    rounds: raw.rounds === undefined ? defaultRounds : wholeNumber("--rounds", raw.rounds, 1, maxRounds),
    seed: raw.seed === undefined ? randomSeed : wholeNumber("--seed", raw.seed, 0),
    messagesPerSecond: raw.rate === undefined ? defaultRate : fixedRate(raw.rate),
    services: raw.services === undefined ? undefined : servicesIn(raw.services),
    kinds: raw.kinds === undefined ? faultKinds : kindsIn(raw.kinds),
  });
}

function fixedRate(text: string): number {
  const rate = messageRate(text);
  if (rate !== null) return rate;
  throw refuse("--rate", text, "records are sent until a fault is repaired, which takes an unknown time", "Write a number: --rate 2000");
}

function servicesIn(text: string): readonly string[] {
  const names = distinct(nameList("--services", text, "kafka,pinot"));
  for (const name of names) if (serviceType(name) === undefined) throw unknownService(name);
  return names;
}

function kindsIn(text: string): readonly FaultKind[] {
  return distinct(nameList("--kinds", text, "kill,freeze")).map((name) => {
    const kind = faultKinds.find((one) => one === name);
    if (kind === undefined) throw refuse("--kinds", name, "there is no such fault", `Faults: ${faultKinds.join(", ")}`);
    return kind;
  });
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/**
 * The services to break: those that were named, or all services of the stack but the optional ones.
 *
 * @throws StreamctlError `usage` for a service that is not part of the stack, or that streamctl did not start
 */
export function faultTargets(named: readonly string[] | undefined, choices: StackChoices): readonly string[] {
  const present = chosenServices(choices).map(({ name }) => name);
  const usual = present.filter((name) => serviceType(name)?.optional === undefined);
  for (const name of named ?? []) {
    if (present.includes(name)) continue;
    const isExternal = name === choices.processor && wantsExternal(choices);
    const why = isExternal ? "streamctl did not start it" : "it is not part of this stack";
    throw refuse("--services", name, why, `Services of this stack: ${joinNames(present, "and")}`);
  }
  const targets = present.filter((name) => (named ?? usual).includes(name));
  if (targets.length > 0) return targets;
  throw new StreamctlError("usage", "Cannot choose a service to break: this stack has optional services only", {
    hint: `Name one: --services ${present[0] ?? "NAME"}`,
  });
}
