/**
 * What every runtime can do with services. The plan and the executor know no more of a runtime than this; who a service is, where its
 * data and its log lie, is the runtime's own matter.
 */

import type { Disk } from "../core/disk.ts";
import type { RunningService, ServiceIdentity, ServiceName } from "../state/service-identity.ts";
import type { ServiceDefinition } from "./service.ts";

/** How a run of a service ended. */
export interface ServiceEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The kernel ended it, or another process at the same time, for lack of memory. */
  readonly outOfMemory: boolean;
}

export interface Runtime {
  /** Makes everything available that a start of these needs and that may take long, such as downloads. Called before any is started. */
  prepare(definitions: readonly ServiceDefinition[]): Promise<void>;
  /** Hash of a definition together with its rendered configuration. */
  hash(definition: ServiceDefinition): string;
  start(definition: ServiceDefinition): Promise<ServiceIdentity>;
  /** Asks a service to stop and proves that it did; kills it after its time. */
  stop(name: ServiceName, identity: ServiceIdentity, timeoutMs: number): Promise<void>;
  /** Whether exactly this run of the service goes on. */
  isRunning(identity: ServiceIdentity): Promise<boolean>;
  /** What runs of the stack, whether or not its state names it. */
  running(): Promise<readonly RunningService[]>;
  /**
   * Ends, or waits for, programs that are no service and that a command was killed with: what they still do to the stack would come in
   * between what is done next. The caller holds the folder's lock.
   */
  endOrphans(): Promise<void>;
  /** How a run that is over ended; undefined where that cannot be known, as of a process that an earlier command started. */
  endOf(identity: ServiceIdentity): Promise<ServiceEnd | undefined>;
  /** That it is this run of the service which answers at its address. @throws StreamctlError `port-taken` */
  requireOwnPorts(definition: ServiceDefinition, identity: ServiceIdentity): Promise<void>;
  /** Resident memory of the service in bytes; undefined where it has ended. */
  residentBytes(identity: ServiceIdentity): Promise<number | undefined>;
  /** The last lines of a service's log; undefined where it has none. */
  tailLog(name: ServiceName, lines: number): Promise<readonly string[] | undefined>;
  /**
   * The last lines, and then those that come, until the signal fires; goes on over restarts of the service. Reads no further before
   * `onLine` is done with a line: it is to be done at once when the signal fires.
   */
  followLog(name: ServiceName, lines: number, onLine: (line: string) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** The disk on which a service keeps its data; undefined where that cannot be looked at from here. */
  diskOf(name: ServiceName): Promise<Disk | undefined>;
  /** A look into the data of a service. */
  dataOf(name: ServiceName): ServiceData;
  /** Deletes what the runtime keeps of the stack outside of the state folder. Nothing of it runs any more. */
  forget(): Promise<void>;
}

/** The data folder of a service, wherever it lies. Paths are relative to it and never leave it. */
export interface ServiceData {
  /** Its absolute path as the service names it. */
  readonly root: string;
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Files of a name anywhere below a folder. */
  find(folder: string, fileName: string): Promise<readonly FoundFile[]>;
  /** Text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  remove(paths: readonly string[]): Promise<void>;
}

export interface FoundFile {
  /** Relative to the folder that was searched. */
  readonly path: string;
  readonly modifiedAtMs: number;
}
