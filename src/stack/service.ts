/**
 * The definition of a service, the same for every runtime. It contains no functions, and no paths but that of the user's installation, so
 * it can be printed, hashed, and run as a container or as a local process.
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
  /** Name in messages: `Kafka`. */
  readonly label: string;
  readonly version: string;
  /** Embedded Java sources next to the pom, compiled along with it. */
  readonly sources: readonly string[];
  /** Number of jars that Maven is expected to download; only shown as progress. */
  readonly jarCount: number;
  /** Peak disk usage of the resolution, including Maven's local repository and the class-data archives made later, in bytes. */
  readonly diskBytes: number;
}

/** Jars of an engine that the user installs, because no Maven repository has it. */
export interface InstalledJars {
  readonly kind: "folder";
  /** As in {@link MavenJars}. */
  readonly engine: string;
  readonly label: string;
  /** The user's folder; undefined where only an image can be built, from the engine's public image. */
  readonly home: string | undefined;
  /** Folders of the engine's archive whose jars form the class path, in order; in any other folder all jars are used. */
  readonly archiveFolders: readonly string[];
  /** Name, without the version, of the jar whose file name contains the engine's version. */
  readonly versionJar: string;
  /** Option of `up` for the folder, with its value. */
  readonly option: string;
  /** Hint for a folder that does not contain the engine. */
  readonly homeHint: string;
  readonly image: InstalledImage;
}

/** The public image of an engine that {@link InstalledJars} describes. */
export interface InstalledImage {
  readonly dockerfile: string;
  /** Build argument with the image's name; the environment variable `STREAMCTL_<argument>` overrides it. */
  readonly argument: string;
  /** Path of the engine's archive in the image. */
  readonly root: string;
  /** Name in messages: `Confluent's image`. */
  readonly label: string;
  /** Hint for an image that cannot be pulled. */
  readonly withoutImage: string;
}

export type Jars = MavenJars | InstalledJars;

/** A Java program. */
export interface JvmProcess {
  readonly kind: "jvm";
  readonly jars: Jars;
  /** In addition to the options of all JVMs, see `jvmOptionsOf`. */
  readonly jvmOptions: readonly string[];
  readonly mainClass: string;
  readonly args: readonly string[];
  /** Prefixes of the variables that set options of the engine's own start scripts, such as `KAFKA`: not passed to the process. */
  readonly scriptPrefixes: readonly string[];
  /** Runs once, before the first start, in an empty data folder. */
  readonly prepare?: { readonly mainClass: string; readonly args: readonly string[] };
}

/** How to check whether the engine is ready. */
export type Probe =
  | { readonly kind: "kafka"; readonly address: string }
  | { readonly kind: "zookeeper"; readonly port: number }
  | { readonly kind: "http"; readonly checks: readonly HttpCheck[] };

/** A URL that must answer with status 200. The health check of an image applies the same rules. */
export interface HttpCheck {
  readonly url: string;
  /** Such as credentials; services that streamctl starts need none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Required content of the JSON; absent if the status is sufficient. */
  readonly expects?: Expectation;
}

/** The expected value at a path of names: exactly this string or boolean, or a number of at least an integer. */
export type Expectation =
  | { readonly path: readonly string[]; readonly equals: string | boolean }
  | { readonly path: readonly string[]; readonly atLeast: number };

/** A Python module in its own virtual environment. */
export interface PythonProcess {
  readonly kind: "python";
  readonly environment: PythonEnvironment;
  readonly module: string;
  readonly args: readonly string[];
  /**
   * Names of files with random text, such as passwords: created once, readable by the user only. They are in the folder `{{secretDir}}`,
   * never on a command line or in a log.
   */
  readonly secrets: readonly string[];
  /**
   * Arguments of Python for a program that prepares the data folder. Runs before the first start in an empty folder, and again, with the
   * data, when the environment, the configuration or a secret has changed.
   */
  readonly prepare?: readonly string[];
  /** Memory limit of its container, in MiB. */
  readonly memoryLimitMiB: number;
}

export interface PythonEnvironment {
  /** Name of its folder in the cache and in `config/`, and of its image. */
  readonly name: string;
  /** Name in messages, with its version. */
  readonly label: string;
  readonly version: string;
  /** Path of the embedded requirements file, which pins every package. */
  readonly requirements: string;
  /** The versions of Python 3 for which all packages are available, as minor versions: 10 for Python 3.10. */
  readonly minorVersions: { readonly first: number; readonly last: number };
  /** Peak disk usage of the installation, in bytes. */
  readonly diskBytes: number;
}

/**
 * A detached command of streamctl itself. The runtime adds `--mark streamctl.service=<stack id>/<name>`, by which the process is found.
 */
export interface StreamctlProcess {
  readonly kind: "streamctl";
  readonly args: readonly string[];
}

export type ServiceProcess = JvmProcess | PythonProcess | StreamctlProcess;

export interface ServicePort {
  readonly name: string;
  /** Port through which this machine reaches it. */
  readonly port: number;
  /** Port on which the service listens; differs from `port` only in a container. */
  readonly inside: number;
  /** Used only within the service; containers do not publish it. */
  readonly own?: true;
}

/** A declaration that is rendered into the service's configuration folder. */
export interface ConfigurationFile {
  /** Path of the embedded asset. */
  readonly asset: string;
  /** Name in the service's configuration folder. */
  readonly as: string;
}

/**
 * In environment, arguments and configuration files, `{{confDir}}`, `{{dataDir}}` and `{{secretDir}}` stand for the service's folders, which
 * the runtime chooses, and for a local process `{{stateDir}}` for the state folder; `values` contains all other values.
 */
export interface ServiceDefinition {
  readonly name: ServiceName;
  /** Services that must be ready before this one is started. */
  readonly after: readonly ServiceName[];
  /** Further services that it needs while it runs. */
  readonly needs: readonly ServiceName[];
  readonly ports: readonly ServicePort[];
  /** The address for users, as shown by `status`. */
  readonly endpoint: string;
  readonly values: TemplateValues;
  readonly files: readonly ConfigurationFile[];
  readonly env: Readonly<Record<string, string>>;
  readonly process: ServiceProcess;
  readonly probe: Probe;
  /** Time between SIGTERM and SIGKILL, in milliseconds. */
  readonly stopTimeoutMs: number;
}

/** A service that has an image. */
export type ContainerDefinition = ServiceDefinition & { readonly process: JvmProcess | PythonProcess };

/** Whether a service has an image. Services without one run as local processes in every runtime. */
export function hasImage(definition: ServiceDefinition): definition is ContainerDefinition {
  return runsInContainer(definition.process.kind);
}

/** Whether services with this kind of process have an image. */
export function runsInContainer(kind: ServiceProcess["kind"]): boolean {
  return kind === "jvm" || kind === "python";
}

/** Name of the folder in `config/` from which the image of a service is built; services with the same one share an image. */
export function engineOf({ process: program }: ContainerDefinition): string {
  return program.kind === "jvm" ? program.jars.engine : program.environment.name;
}

/** A short hash of everything that determines a running service, including its rendered configuration. */
export function definitionHash(definition: ServiceDefinition, files: readonly string[]): string {
  const { process: program } = definition;
  return shortHash(JSON.stringify([program.kind === "jvm" ? jvmOptionsOf(program) : [], definition, files]));
}
