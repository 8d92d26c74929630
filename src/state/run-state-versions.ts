/** Reads run.json of this or an earlier version, and fills in what the earlier version did not record. */

import * as v from "valibot";
import { numberAt, parseJson } from "../core/json.ts";
import type { StackChoices } from "./choices.ts";
import type { ResourceRecord, RunState, ServiceRecord, StartIntent } from "./run-state.ts";
import type { Schemas } from "./schemas.ts";
import { idOfPath, placeToRecord, type StackIdentity } from "./stack-identity.ts";

/** Version of run.json that this program writes. */
const currentVersion = 3;

const stack = v.object({ id: v.string(), place: v.object({ path: v.string(), device: v.string(), inode: v.string() }) });

const intent = {
  name: v.string(),
  definitionHash: v.string(),
  endpoint: v.string(),
  startedAtMs: v.number(),
} satisfies Schemas<StartIntent>;

const identity = v.union([
  v.object({ pid: v.number(), startTicks: v.number(), bootId: v.string() }),
  v.object({ pid: v.number(), containerId: v.string(), startedAt: v.string() }),
]);
const record = { ...intent, identity, readyMs: v.exactOptional(v.number()) } satisfies Schemas<ServiceRecord>;
const services = v.array(v.object(record));

const names = v.array(v.string());
const commonChoices = {
  runtime: v.picklist(["local", "docker"]),
  processor: v.string(),
  portOffset: v.pipe(v.number(), v.integer()),
  only: v.exactOptional(names),
};
const reason = v.object({ code: v.string(), facts: v.exactOptional(v.record(v.string(), v.string())) });
const source = v.record(v.string(), v.union([v.string(), v.boolean()]));
const choices = {
  ...commonChoices,
  runtimeReason: reason,
  processorReason: reason,
  source: v.exactOptional(source),
  abandoned: v.exactOptional(v.array(v.object({ processor: v.string(), source }))),
  with: v.exactOptional(names),
  without: v.exactOptional(names),
} satisfies Schemas<StackChoices>;

const resource = { kind: v.string(), name: v.string(), facts: v.record(v.string(), v.unknown()) } satisfies Schemas<ResourceRecord>;

const current = v.object({
  version: v.literal(currentVersion),
  stack,
  choices: v.object(choices),
  services,
  starting: v.optional(v.array(v.object(intent)), []),
  resources: v.array(v.object(resource)),
} satisfies Schemas<RunState>);

/**
 * Versions 1 and 2 recorded the reason as one sentence. The source of a processor had a field with the processor's name, and a server that was no
 * longer chosen a field such as `abandonedName`.
 */
const formerChoices = v.looseObject({ ...commonChoices, why: v.fallback(v.string(), "") });
const former = v.variant("version", [
  v.object({ version: v.literal(1), choices: formerChoices, services }),
  v.object({ version: v.literal(2), choices: formerChoices, services, stack }),
]);

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
  const json = parseJson(text);
  const state = v.safeParse(current, json);
  if (state.success) return state.output;
  const old = v.safeParse(former, json);
  if (!old.success) return undefined;
  return {
    version: currentVersion,
    stack: old.output.version === 1 ? await identityOfPath(root) : old.output.stack,
    choices: migrated(old.output.choices),
    services: old.output.services,
    starting: [],
    resources: [],
  };
}

async function identityOfPath(root: string): Promise<StackIdentity> {
  return { id: idOfPath(root), place: await placeToRecord(root) };
}

function migrated(old: v.InferOutput<typeof formerChoices>): StackChoices {
  const { runtime, processor, portOffset, only, why } = old;
  const recorded = { code: "recorded", facts: { text: why } };
  const abandoned = Object.entries(old).flatMap(([name, url]) => {
    const left = /^abandoned(?<name>\w+)$/u.exec(name)?.groups?.["name"];
    return left === undefined || typeof url !== "string" ? [] : [{ processor: left.toLowerCase(), source: { url } }];
  });
  return {
    runtime,
    runtimeReason: recorded,
    processor,
    processorReason: recorded,
    portOffset,
    ...(only === undefined ? {} : { only }),
    ...(v.is(source, old[processor]) ? { source: old[processor] } : {}),
    ...(abandoned.length > 0 ? { abandoned } : {}),
  };
}
