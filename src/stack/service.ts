/**
 * What a service is: defined once, the same for every runtime. A definition holds no function and no path but that of a
 * user's own installation, so it can be printed, hashed and rendered into containers as well as into processes of this machine.
 */

import { shortHash } from "../core/short-hash.ts";
import type { TemplateValues } from "../core/template.ts";
import type { ServiceName } from "../state/service-identity.ts";
import { jvmOptionsOf } from "./jvm-options.ts";

/** Jars of an engine, resolved by Maven from `config/<engine>/pom.xml`. */
export interface MavenJars {
  readonly kind: "maven";
  /** Name of the engine's folder in `config/`, of its folder in the cache, and of its image. */
  readonly engine: string;
  /** As people write it: `Kafka`. */
  readonly label: string;
  readonly version: string;
  /** Embedded Java sources compiled along, next to the pom. */
  readonly sources: readonly string[];
  /** Jars that Maven is expected to fetch; shown as progress only. */
  readonly jarCount: number;
  /** Room that the resolution needs at its peak, Maven's own repository included, in bytes. */
  readonly diskBytes: number;
}

/** Jars of an engine that the user has installed; it is in no package registry. */
export interface InstalledJars {
  readonly kind: "folder";
  /** As in {@link MavenJars}. */
  readonly engine: string;
  readonly label: string;
  /** The user's folder; undefined where only an image can be made, of the engine's public image. */
  readonly home: string | undefined;
  /** Folders of the engine's archive whose jars make the class path, in its order; of any other folder every jar counts. */
  readonly archiveFolders: readonly string[];
  /** Beginning of the name of the jar whose name tells the version. */
  readonly versionJar: string;
  /** Option of `up` that names the folder, with its value. */
  readonly option: string;
  /** What folder to give, where the given one does not hold the engine. */
  readonly homeHint: string;
  readonly image: InstalledImage;
}

/** The public image of an engine that {@link InstalledJars} describes. */
export interface InstalledImage {
  readonly dockerfile: string;
  /** Build argument that names the image; `STREAMCTL_<argument>` in the environment names another one. */
  readonly argument: string;
  /** Where the engine's archive lies in it. */
  readonly root: string;
  /** Whose it is: `Confluent's image`. */
  readonly label: string;
  /** How to go on where it cannot be pulled. */
  readonly withoutImage: string;
}

export type Jars = MavenJars | InstalledJars;

/** A Java program. */
export interface JvmProcess {
  readonly kind: "jvm";
  readonly jars: Jars;
  /** Beside those that every JVM has, see `jvmOptionsOf`. */
  readonly jvmOptions: readonly string[];
  readonly mainClass: string;
  readonly args: readonly string[];
  /** Prefixes of the variables that set options of the engine's own start scripts, such as `KAFKA`: the process does not get them. */
  readonly scriptPrefixes: readonly string[];
  /** Run once, before the first start, in an empty data folder. */
  readonly prepare?: { readonly mainClass: string; readonly args: readonly string[] };
}

/** How the engine itself says that it is ready. */
export type Probe =
  | { readonly kind: "kafka"; readonly address: string }
  | { readonly kind: "zookeeper"; readonly port: number }
  | { readonly kind: "http"; readonly checks: readonly HttpCheck[] };

/** An address that must answer 200. The health check of an image asks it too, by the same rules. */
export interface HttpCheck {
  readonly url: string;
  /** Such as who asks; nothing of a service of ours needs any. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What its JSON must hold; absent where the status is enough. */
  readonly expects?: Expectation;
}

/** What must stand at a path of names: exactly this string or boolean, or a number that is no less than an integer. */
export type Expectation =
  | { readonly path: readonly string[]; readonly equals: string | boolean }
  | { readonly path: readonly string[]; readonly atLeast: number };

/** A Python module in a virtual environment of its own. */
export interface PythonProcess {
  readonly kind: "python";
  readonly environment: PythonEnvironment;
  readonly module: string;
  readonly args: readonly string[];
}

export interface PythonEnvironment {
  /** Of its folder in the cache. */
  readonly name: string;
  /** As people write it, with its version. */
  readonly label: string;
  /** Path of the embedded requirements file, in which every package is pinned. */
  readonly requirements: string;
  /** Room that the installation needs at its peak, in bytes. */
  readonly diskBytes: number;
}

/**
 * A command of this very program, detached. The runtime adds `--mark streamctl.service=<stack id>/<name>`, by which the process is found.
 */
export interface StreamctlProcess {
  readonly kind: "streamctl";
  readonly args: readonly string[];
}

export type ServiceProcess = JvmProcess | PythonProcess | StreamctlProcess;

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
 * In the environment and the words of the process, `{{confDir}}` and `{{dataDir}}` stand for the service's folders, which the runtime
 * chooses; every other value is given by `values`.
 */
export interface ServiceDefinition {
  readonly name: ServiceName;
  /** Services that must be ready before this one is started. */
  readonly after: readonly ServiceName[];
  /** Services that it needs at work, beyond those. */
  readonly needs: readonly ServiceName[];
  readonly ports: readonly ServicePort[];
  /** The address that a person types, as `status` shows it. */
  readonly endpoint: string;
  readonly values: TemplateValues;
  readonly files: readonly ConfigurationFile[];
  readonly env: Readonly<Record<string, string>>;
  readonly process: ServiceProcess;
  readonly probe: Probe;
  /** Time for a stop after SIGTERM, in milliseconds; after it the process is killed. */
  readonly stopTimeoutMs: number;
}

/** A service that has an image. */
export type ContainerDefinition = ServiceDefinition & { readonly process: JvmProcess };

/** Whether a service has an image. Those that have none are processes of this machine in every runtime. */
export function hasImage(definition: ServiceDefinition): definition is ContainerDefinition {
  return runsInContainer(definition.process.kind);
}

/** Whether there are images of services whose process is of a kind. */
export function runsInContainer(kind: ServiceProcess["kind"]): boolean {
  return kind === "jvm";
}

/** A short hash of everything that makes a running service what it is, its rendered configuration included. */
export function definitionHash(definition: ServiceDefinition, files: readonly string[]): string {
  const { process: program } = definition;
  return shortHash(JSON.stringify([program.kind === "jvm" ? jvmOptionsOf(program) : [], definition, files]));
}
