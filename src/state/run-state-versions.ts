/** Reads a run.json of this version, or of one before it. What a version did not record is filled in as it was then. */

import { at, isObject, type JsonObject, numberAt, parseJson, stringAt } from "../core/json.ts";
import type { StackChoices } from "./choices.ts";
import type { RunState, ServiceRecord, StartIntent } from "./run-state.ts";
import { idOfPath, placeOf, type StackIdentity } from "./stack-identity.ts";

/** The version that this one writes. */
const currentVersion = 3;

/** Version of a state that a later streamctl wrote; undefined for any other text. */
export function newerVersion(text: string): number | undefined {
  const version = numberAt(parseJson(text), "version");
  return version !== undefined && version > currentVersion ? version : undefined;
}

/**
 * The state in a text; undefined where no version of streamctl up to this one wrote it.
 *
 * @param root folder of the state, of which a state of version 1 says nothing
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

/** Absent where nothing is about to be started. */
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

/** Versions 1 and 2 kept one sentence as the reason, and the source of one processor, ksqlDB, under a name of its own. */
function formerChoices(value: unknown): StackChoices | undefined {
  if (!haveChoices(value)) return undefined;
  const { runtime, processor, ksqldb, abandonedKsqldb, why, ...others } = value;
  const reason = { code: "recorded", facts: { text: typeof why === "string" ? why : "" } };
  return {
    ...others,
    runtime,
    processor,
    runtimeReason: reason,
    processorReason: reason,
    ...(isObject(ksqldb) ? { source: ksqldb } : {}),
    ...(typeof abandonedKsqldb === "string" ? { abandoned: [{ processor: "ksqldb", source: { url: abandonedKsqldb } }] } : {}),
  } as unknown as StackChoices;
}
