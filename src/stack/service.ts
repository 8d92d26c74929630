/**
 * What a service is: defined once, the same for every runtime. A definition holds no function and no absolute path, so it can
 * be printed, hashed and rendered into containers as well as into processes of this machine.
 */

import { createHash } from "node:crypto";
import type { TemplateValues } from "../core/template.ts";
import type { ServiceName } from "../state/service-identity.ts";
import { jvmOptionsOf } from "./jvm-options.ts";

/** A set of jars, resolved by Maven from `config/<engine>/pom.xml`. */
export type EngineName = "kafka" | "pinot" | "flink";

/** How the engine itself says that it is ready. */
export type Probe =
  | { readonly kind: "kafka"; readonly address: string }
  | { readonly kind: "zookeeper"; readonly port: number }
  | { readonly kind: "http"; readonly checks: readonly HttpCheck[] };

/** An address that must answer 200 and, where `path` is given, hold at least `atLeast` there, or exactly what `equals` says. */
export interface HttpCheck {
  readonly url: string;
  /** Such as who asks; nothing of a service of ours needs any. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: readonly string[];
  readonly atLeast?: number;
  readonly equals?: string | boolean;
}

export interface ServicePort {
  readonly name: string;
  /** By which this machine reaches it. */
  readonly port: number;
  /** On which the service listens; the same unless it runs in a container. */
  readonly inside: number;
  /** Used within the service alone, so that no container publishes it. */
  readonly own?: true;
}

/** One declaration to render into the service's configuration folder. */
export interface ConfigurationFile {
  /** Path of the embedded asset. */
  readonly asset: string;
  /** Name in the service's configuration folder. */
  readonly as: string;
}

/**
 * In `values`, `jvmOptions` and `args`, `{{confDir}}` and `{{dataDir}}` stand for the service's folders, which the runtime
 * chooses; every other value is given by `values`.
 */
export interface ServiceDefinition {
  readonly name: ServiceName;
  /** `ksqldb` is in no package registry: its jars lie in a folder of the user's. */
  readonly engine: EngineName | "ksqldb";
  /** Services that must be ready before this one is started. */
  readonly after: readonly ServiceName[];
  readonly ports: readonly ServicePort[];
  /** The address that a person types, as `status` shows it. */
  readonly endpoint: string;
  readonly values: TemplateValues;
  readonly files: readonly ConfigurationFile[];
  readonly env: Readonly<Record<string, string>>;
  /** Beside those that every service has, see `jvmOptionsOf`. */
  readonly jvmOptions: readonly string[];
  readonly mainClass: string;
  readonly args: readonly string[];
  /** Run once, before the first start, in an empty data folder. */
  readonly prepare?: { readonly mainClass: string; readonly args: readonly string[] };
  readonly probe: Probe;
  /** Time for a stop after SIGTERM, in milliseconds; after it the process is killed. */
  readonly stopTimeoutMs: number;
}

/** A short hash of everything that makes a running service what it is, its rendered configuration included. */
export function definitionHash(definition: ServiceDefinition, files: readonly string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([jvmOptionsOf(definition), definition, files]))
    .digest("hex")
    .slice(0, 16);
}
