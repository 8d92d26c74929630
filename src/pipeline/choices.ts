/** Which runtime and processor a stack has: resolved once, said with the reason, kept until `down`. Pure. */

import { resolve } from "node:path";
import { StreamctlError } from "../core/errors.ts";
import { credentialsVariable } from "../processors/ksqldb/credentials.ts";
import type { AbandonedProcessor, Reason, StackChoices } from "../state/choices.ts";
import type { RunState } from "../state/run-state.ts";
import { externalServer, type KsqldbSource, ksqldbSource } from "./ksqldb.ts";
import type { RuntimeName } from "../state/service-identity.ts";

/** What was typed; undefined where nothing was. */
export interface TypedChoices {
  readonly runtime: string | undefined;
  readonly processor: string | undefined;
  readonly portOffset: number | undefined;
  readonly only: readonly string[] | undefined;
  /** Address of a ksqlDB server that runs already. */
  readonly ksqldbUrl?: string | undefined;
  /** Folder with an installed ksqlDB. */
  readonly ksqldbHome?: string | undefined;
}

/** What this machine has, as far as a choice depends on it. */
export interface Surroundings {
  /** Folder with an installed ksqlDB, as STREAMCTL_KSQLDB_HOME names it. */
  readonly ksqldbHome?: string | undefined;
  /** STREAMCTL_KSQLDB_IMAGE names an image of ksqlDB, or the engine here has Confluent's. */
  readonly ksqldbImage: boolean;
  /** There is no Java here, and a container engine with every image that the stack would be made of. */
  readonly onlyContainers: boolean;
}

/** The three ways to ksqlDB, for whoever asked for it without one. */
export const waysToKsqldb =
  "Give a running server (--ksqldb-url URL), a folder with Confluent's archive or its jars (--ksqldb-home DIR, or STREAMCTL_KSQLDB_HOME), or take its image (--runtime docker)";

/**
 * The choices of the stack: what was typed, or else what the state kept, or else the defaults.
 *
 * @param state of the folder; its choices bind while the stack is up
 * @param surroundings what this machine has; counts where nothing was typed or kept
 * @param isUp whether anything of the stack runs
 * @throws StreamctlError `usage` for a flag that contradicts a stack that is up, `prerequisite` for ksqlDB without a source,
 *   `not-available` for what comes later
 */
export function resolveChoices(typed: TypedChoices, state: RunState | undefined, surroundings: Surroundings, isUp: boolean): StackChoices {
  requireServed("--runtime", typed.runtime, ["auto", "local", "docker"], ["remote"]);
  requireServed("--processor", typed.processor, ["auto", "flink", "ksqldb"], []);
  const kept = state?.choices;
  const only = typed.only ?? kept?.only;
  const runtime = chooseRuntime(typed, kept, surroundings);
  const processor = chooseProcessor(typed, kept, runtime, surroundings);
  const abandoned = abandonedBy(kept, processor);
  const wanted: StackChoices = {
    runtime,
    runtimeReason: kept?.runtime === runtime ? kept.runtimeReason : reasonFor(runtime, surroundings),
    ...processor,
    ...(abandoned.length === 0 ? {} : { abandoned }),
    portOffset: typed.portOffset ?? kept?.portOffset ?? 0,
    ...(only ? { only: [...new Set(only)].toSorted() } : {}),
  };
  if (state && isUp) requireAgreement(wanted, state.choices);
  return wanted;
}

function reasonFor(runtime: RuntimeName, { onlyContainers }: Surroundings): Reason {
  if (runtime === "local") return { code: "processes" };
  return { code: onlyContainers ? "only-containers" : "containers" };
}

/** What was chosen once holds until something else is typed. Containers are never a surprise: their images take minutes to build. */
function chooseRuntime({ runtime }: TypedChoices, kept: StackChoices | undefined, { onlyContainers }: Surroundings): RuntimeName {
  if (runtime === "local" || runtime === "docker") return runtime;
  return kept?.runtime ?? (onlyContainers ? "docker" : "local");
}

function chooseProcessor(
  typed: TypedChoices,
  kept: StackChoices | undefined,
  runtime: RuntimeName,
  surroundings: Surroundings,
): Pick<StackChoices, "processor" | "processorReason" | "source"> {
  const given = typedSource(typed);
  if (typed.processor === "flink" && given) {
    throw new StreamctlError("usage", "Cannot use --processor flink with a source of ksqlDB: they contradict each other", {
      hint: "Leave one of them out",
    });
  }
  // What was chosen once holds until something else is typed.
  const wanted = typed.processor ?? (given ? "ksqldb" : (kept?.processor ?? "auto"));
  if (wanted === "flink") {
    const isKept = typed.processor === undefined || kept?.processor === "flink";
    return { processor: "flink", processorReason: (isKept ? kept?.processorReason : undefined) ?? { code: "asked-for" } };
  }
  const source = given ?? usableSource(kept && ksqldbSource(kept), runtime) ?? sourceHere(runtime, wanted, surroundings);
  if (source) return { processor: "ksqldb", source, processorReason: reasonOf(source) };
  if (wanted === "auto") return { processor: "flink", processorReason: { code: "no-ksqldb" } };
  throw new StreamctlError("prerequisite", "Cannot use --processor ksqldb: ksqlDB is in no package registry, and none was given", {
    hint: waysToKsqldb,
  });
}

/** An image makes containers only. */
function usableSource(source: KsqldbSource | undefined, runtime: RuntimeName): KsqldbSource | undefined {
  return source && "image" in source && runtime !== "docker" ? undefined : source;
}

/** The ksqlDB that can be had without a word about it: in containers Confluent's image, which is pulled only for who asked for ksqlDB. */
function sourceHere(runtime: RuntimeName, wanted: string, { ksqldbHome, ksqldbImage }: Surroundings): KsqldbSource | undefined {
  if (ksqldbHome !== undefined) return { home: ksqldbHome };
  return runtime === "docker" && (ksqldbImage || wanted === "ksqldb") ? { image: true } : undefined;
}

function reasonOf(source: KsqldbSource): Reason {
  if ("url" in source) return { code: "server", facts: { url: source.url } };
  return "home" in source ? { code: "installed", facts: { home: source.home } } : { code: "image" };
}

/** Servers that still hold what streamctl made there, and that are no longer chosen. */
function abandonedBy(kept: StackChoices | undefined, now: Pick<StackChoices, "processor" | "source">): readonly AbandonedProcessor[] {
  const before = kept && externalServer(kept) !== undefined && kept.source ? [{ processor: kept.processor, source: kept.source }] : [];
  return [...(kept?.abandoned ?? []), ...before].filter(({ source }) => source["url"] !== externalServer(now));
}

function typedSource({ ksqldbUrl, ksqldbHome }: TypedChoices): KsqldbSource | undefined {
  if (ksqldbUrl !== undefined && ksqldbHome !== undefined) {
    throw new StreamctlError("usage", "Cannot use both --ksqldb-url and --ksqldb-home: which of them is not clear", {
      hint: "Leave one of them out",
    });
  }
  if (ksqldbHome !== undefined) return { home: resolve(ksqldbHome) };
  return ksqldbUrl === undefined ? undefined : { url: serverUrl(ksqldbUrl) };
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === "http:" || url.protocol === "https:") && url.username === "") return url.href.replace(/\/+$/u, "");
  if (url?.username) {
    throw new StreamctlError("usage", "Cannot use an address with a name or a password for --ksqldb-url: it would be kept in the state", {
      hint: `Give them in the environment: ${credentialsVariable}=user:password`,
    });
  }
  throw new StreamctlError("usage", `Cannot use "${text}" for --ksqldb-url: it is no address of a server`, {
    hint: "Write it out: --ksqldb-url http://127.0.0.1:8088",
  });
}

function requireServed(flag: string, value: string | undefined, served: readonly string[], later: readonly string[]): void {
  if (value === undefined || served.includes(value)) return;
  const hint = `Values of this version: ${served.join(", ")}`;
  if (later.includes(value))
    throw new StreamctlError("not-available", `Cannot use ${flag} ${value}: not available in this version`, { hint });
  throw new StreamctlError("usage", `Cannot use "${value}" for ${flag}: no such value`, { hint });
}

function requireAgreement(wanted: StackChoices, kept: StackChoices): void {
  const refuse = (flag: string, has: string): StreamctlError =>
    new StreamctlError("usage", `Cannot change ${flag}: the stack is up with ${has}`, {
      hint: "Leave the flag out, or first type: streamctl down",
    });
  if (wanted.runtime !== kept.runtime) throw refuse("--runtime", kept.runtime);
  if (wanted.portOffset !== kept.portOffset) throw refuse("--port-offset", String(kept.portOffset));
  if (wanted.processor !== kept.processor) throw refuse("the processor", kept.processor);
  if (shownSource(wanted) !== shownSource(kept)) throw refuse("the source of ksqlDB", shownSource(kept));
  const shown = (only: readonly string[] | undefined): string => only?.join(",") ?? "every service";
  if (shown(wanted.only) !== shown(kept.only)) throw refuse("--only", shown(kept.only));
}

function shownSource(choices: StackChoices): string {
  const source = ksqldbSource(choices);
  if (source === undefined) return "none";
  if ("image" in source) return "an image";
  return "url" in source ? source.url : source.home;
}
