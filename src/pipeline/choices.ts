/** Which runtime and processor a stack has: resolved once, said with the reason, kept until `down`. Pure. */

import { resolve } from "node:path";
import { StreamctlError } from "../core/errors.ts";
import type { KsqldbSource, RunState, StackChoices } from "../stack/run-state.ts";
import type { RuntimeName } from "../stack/site.ts";

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

/** The three ways to ksqlDB, for whoever asked for it without one. */
export const waysToKsqldb =
  "Give a running server (--ksqldb-url URL), a folder with Confluent's archive or its jars (--ksqldb-home DIR), or set STREAMCTL_KSQLDB_HOME to that folder";

/**
 * The choices of the stack: what was typed, or else what the state kept, or else the defaults.
 *
 * @param state of the folder; its choices bind while it has services
 * @param environment STREAMCTL_KSQLDB_HOME counts where no source was typed or kept
 * @throws StreamctlError `usage` for a flag that contradicts a stack that is up, `prerequisite` for ksqlDB without a source,
 *   `not-available` for what comes later
 */
export function resolveChoices(
  typed: TypedChoices,
  state: RunState | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StackChoices {
  requireServed("--runtime", typed.runtime, ["auto", "local", "docker"], ["remote"]);
  requireServed("--processor", typed.processor, ["auto", "flink", "ksqldb"], []);
  const kept = state?.choices;
  const only = typed.only ?? kept?.only;
  const runtime = chooseRuntime(typed, kept);
  const processor = chooseProcessor(typed, kept, runtime === "local" ? environment["STREAMCTL_KSQLDB_HOME"] : undefined);
  const abandonedKsqldb = abandonedServer(kept, processor.ksqldb);
  const wanted: StackChoices = {
    runtime,
    ...processor,
    ...(abandonedKsqldb === undefined ? {} : { abandonedKsqldb }),
    why: kept?.runtime === runtime && kept.why.endsWith(processor.why) ? kept.why : `${reasons[runtime]}; ${processor.why}`,
    portOffset: typed.portOffset ?? kept?.portOffset ?? 0,
    ...(only ? { only: [...new Set(only)].toSorted() } : {}),
  };
  if (runtime === "docker" && wanted.ksqldb && "home" in wanted.ksqldb) {
    throw new StreamctlError("not-available", "Cannot run ksqlDB of a folder as a container: not available in this version", {
      hint: "Give a running server (--ksqldb-url URL), or take --runtime local or --processor flink",
    });
  }
  if (state && state.services.length > 0) requireAgreement(wanted, state.choices);
  return wanted;
}

const reasons: Readonly<Record<RuntimeName, string>> = {
  local: "local: the engines are processes of this machine",
  docker: "docker: the engines are containers",
};

/** What was chosen once holds until something else is typed. Containers are never a surprise: their images take minutes to build. */
function chooseRuntime({ runtime }: TypedChoices, kept: StackChoices | undefined): RuntimeName {
  return runtime === "local" || runtime === "docker" ? runtime : (kept?.runtime ?? "local");
}

function chooseProcessor(
  typed: TypedChoices,
  kept: StackChoices | undefined,
  environmentHome: string | undefined,
): Pick<StackChoices, "processor" | "why" | "ksqldb"> {
  const given = typedSource(typed);
  if (typed.processor === "flink" && given) {
    throw new StreamctlError("usage", "Cannot use --processor flink with a source of ksqlDB: they contradict each other", {
      hint: "Leave one of them out",
    });
  }
  // What was chosen once holds until something else is typed.
  const wanted = typed.processor ?? (given ? "ksqldb" : (kept?.processor ?? "auto"));
  if (wanted === "flink") {
    if (typed.processor !== undefined || !kept) return { processor: "flink", why: "flink: asked for" };
    return { processor: "flink", why: kept.why.split("; ").at(-1) ?? "" };
  }
  const home = environmentHome === undefined || environmentHome === "" ? undefined : { home: resolve(environmentHome) };
  const ksqldb = given ?? kept?.ksqldb ?? home;
  if (ksqldb) {
    const from = "url" in ksqldb ? `the server at ${ksqldb.url} is there` : `it is installed in ${ksqldb.home}`;
    return { processor: "ksqldb", ksqldb, why: `ksqldb: ${from}` };
  }
  if (wanted === "auto") return { processor: "flink", why: "flink: no ksqlDB was given (--ksqldb-url, --ksqldb-home)" };
  throw new StreamctlError("prerequisite", "Cannot use --processor ksqldb: ksqlDB is in no package registry, and none was given", {
    hint: waysToKsqldb,
  });
}

/** The server that still holds what streamctl made there, and that is no longer chosen. */
function abandonedServer(kept: StackChoices | undefined, now: KsqldbSource | undefined): string | undefined {
  const before = kept?.ksqldb && "url" in kept.ksqldb ? kept.ksqldb.url : undefined;
  const chosen = now && "url" in now ? now.url : undefined;
  return [kept?.abandonedKsqldb, before].find((url) => url !== undefined && url !== chosen);
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
  const why = url?.username ? "it holds a name or a password, which would be kept in the state" : "it is no address of a server";
  throw new StreamctlError("usage", `Cannot use "${text}" for --ksqldb-url: ${why}`, {
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
  if (shownSource(wanted.ksqldb) !== shownSource(kept.ksqldb)) throw refuse("the source of ksqlDB", shownSource(kept.ksqldb));
  const shown = (only: readonly string[] | undefined): string => only?.join(",") ?? "every service";
  if (shown(wanted.only) !== shown(kept.only)) throw refuse("--only", shown(kept.only));
}

function shownSource(source: KsqldbSource | undefined): string {
  if (source === undefined) return "none";
  return "url" in source ? source.url : source.home;
}
