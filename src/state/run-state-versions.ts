/** Reads run.json of this or an earlier version, and fills in what the earlier version did not record. */

import { at, isObject, type JsonObject, numberAt, parseJson, stringAt } from "../core/json.ts";
import type { StackChoices } from "./choices.ts";
import type { RunState, ServiceRecord, StartIntent } from "./run-state.ts";
import { idOfPath, placeOf, type StackIdentity } from "./stack-identity.ts";

/** Version of run.json that this program writes. */
const currentVersion = 3;

/** Version of a run.json that a newer streamctl wrote; undefined for any other text. */
export function newerVersion(text: string): number | undefined {
  const version = numberAt(parseJson(text), "version");
  return version !== undefined && version > currentVersion ? version : undefined;
}

/**
 * Parses run.json; undefined for text that neither this nor an earlier version wrote.
 *
 * @param root the state folder, which version 1 did not record
 */
export async function parseRunState(text: string, root: string): Promise<RunState | undefined> {
  const state = parseJson(text);
  if (!isObject(state)) return undefined;
  const services = servicesIn(state);
  const starting = startingIn(state);
  if (services === undefined || starting === undefined) return undefined;
  const stack = state["version"] === 1 ? await identityOfPath(root) : identityIn(state);
  const choices = state["version"] === currentVersion ? choicesIn(state["choices"]) : formerChoices(state["choices"]);
  if (stack === undefined || choices === undefined) return undefined;
  switch (state["version"]) {
    case 1:
    case 2:
      return { version: currentVersion, stack, choices, services, starting: [], resources: [] };
    case currentVersion:
      return Array.isArray(state["resources"]) && state["resources"].every(isResourceRecord)
        ? { ...(state as unknown as RunState), stack, choices, services, starting }
        : undefined;
    default:
      return undefined;
  }
}

async function identityOfPath(root: string): Promise<StackIdentity> {
  return { id: idOfPath(root), place: (await placeOf(root)) ?? { path: root, device: "0", inode: "0" } };
}

function identityIn(state: JsonObject): StackIdentity | undefined {
  const stack = state["stack"];
  const texts = [stringAt(stack, "id"), ...["path", "device", "inode"].map((name) => stringAt(stack, "place", name))];
  return texts.includes(undefined) ? undefined : (stack as StackIdentity);
}

function servicesIn({ services }: JsonObject): readonly ServiceRecord[] | undefined {
  return Array.isArray(services) && services.every(isServiceRecord) ? services : undefined;
}

function isServiceRecord(value: unknown): value is ServiceRecord {
  return isStartIntent(value) && isObject(at(value, "identity"));
}

/** An absent field means that nothing is about to be started. */
function startingIn({ starting = [] }: JsonObject): readonly StartIntent[] | undefined {
  return Array.isArray(starting) && starting.every(isStartIntent) ? starting : undefined;
}

function isStartIntent(value: unknown): value is StartIntent {
  const texts = ["name", "definitionHash", "endpoint"].map((name) => stringAt(value, name));
  return !texts.includes(undefined) && numberAt(value, "startedAtMs") !== undefined;
}

function isResourceRecord(value: unknown): boolean {
  return stringAt(value, "kind") !== undefined && stringAt(value, "name") !== undefined && isObject(at(value, "facts"));
}

function choicesIn(value: unknown): StackChoices | undefined {
  const codes = [stringAt(value, "runtimeReason", "code"), stringAt(value, "processorReason", "code")];
  return haveChoices(value) && !codes.includes(undefined) ? (value as unknown as StackChoices) : undefined;
}

function haveChoices(value: unknown): value is JsonObject {
  const runtime = stringAt(value, "runtime");
  const known = (runtime === "local" || runtime === "docker") && stringAt(value, "processor") !== undefined;
  return known && Number.isInteger(numberAt(value, "portOffset"));
}

/**
 * Versions 1 and 2 recorded the reason as one sentence. The source of a processor had a field with the processor's name, and a server that was no
 * longer chosen a field such as `abandonedName`.
 */
function formerChoices(value: unknown): StackChoices | undefined {
  if (!haveChoices(value)) return undefined;
  const { runtime, processor, portOffset, only, why } = value;
  const reason = { code: "recorded", facts: { text: typeof why === "string" ? why : "" } };
  const source = value[String(processor)];
  const abandoned = Object.entries(value).flatMap(([name, url]) => {
    const former = /^abandoned(?<name>\w+)$/u.exec(name)?.groups?.["name"];
    return former === undefined || typeof url !== "string" ? [] : [{ processor: former.toLowerCase(), source: { url } }];
  });
  return {
    runtime,
    runtimeReason: reason,
    processor,
    processorReason: reason,
    portOffset,
    ...(Array.isArray(only) ? { only } : {}),
    ...(isObject(source) ? { source } : {}),
    ...(abandoned.length > 0 ? { abandoned } : {}),
  } as unknown as StackChoices;
}
