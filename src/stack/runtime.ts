/**
 * The interface of a runtime. Plan and executor use nothing else: each runtime decides how a service is identified, and where its data and
 * log are.
 */

import type { Disk } from "../core/disk.ts";
import type { RunningService, ServiceIdentity, ServiceName } from "../state/service-identity.ts";
import type { ServiceDefinition } from "./service.ts";

/** How a run of a service ended: with an exit code or by a signal. */
export interface ServiceEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The kernel's OOM killer killed it, or another process at the same time. */
  readonly outOfMemory: boolean;
}

export interface Runtime {
  /** Performs slow preparations for these services, such as downloads. Called before any of them is started. */
  prepare(definitions: readonly ServiceDefinition[]): Promise<void>;
  /** Hash of a definition and its rendered configuration. */
  hash(definition: ServiceDefinition): string;
  start(definition: ServiceDefinition): Promise<ServiceIdentity>;
  /** Stops a service and returns when it has ended; kills it after the timeout. */
  stop(name: ServiceName, identity: ServiceIdentity, timeoutMs: number): Promise<void>;
  /**
   * Kills a run without an orderly stop, and returns when it has ended. @returns false when it had ended already
   */
  kill(name: ServiceName, identity: ServiceIdentity): Promise<boolean>;
  /** Suspends a run: its ports stay open, but it does not respond until it continues. @returns false when it has ended */
  freeze(identity: ServiceIdentity): Promise<boolean>;
  /** Continues a frozen run; has no effect on any other. */
  thaw(identity: ServiceIdentity): Promise<void>;
  /** Whether this run is suspended, by `freeze` or from outside. */
  isFrozen(identity: ServiceIdentity): Promise<boolean>;
  /** Whether this run of the service, not a later one, is still running; a frozen one is. */
  isRunning(identity: ServiceIdentity): Promise<boolean>;
  /** All running services of the stack, recorded in run.json or not. */
  running(): Promise<readonly RunningService[]>;
  /**
   * Ends, or waits for, programs other than services that a killed command left running: they could still change the stack during the next
   * operations. The caller holds the folder's lock.
   */
  endOrphans(): Promise<void>;
  /**
   * Makes the next start of these services faster, in a process of its own that outlives this one. Called when they are healthy. Never
   * fails: without it, the next start is as slow as this one.
   */
  archiveClasses(definitions: readonly ServiceDefinition[]): Promise<void>;
  /** Ends what `archiveClasses` started. */
  endArchiving(): Promise<void>;
  /** How a run ended; undefined where that cannot be determined, as for a process that an earlier command started. */
  endOf(identity: ServiceIdentity): Promise<ServiceEnd | undefined>;
  /** Checks that this run of the service listens on its ports. @throws StreamctlError `port-taken` */
  requireOwnPorts(definition: ServiceDefinition, identity: ServiceIdentity): Promise<void>;
  /** Resident memory of the service in bytes; undefined when it has ended. */
  residentBytes(identity: ServiceIdentity): Promise<number | undefined>;
  /** Processor time that the service has used since its start, in milliseconds; undefined when it has ended. */
  cpuTimeMs(identity: ServiceIdentity): Promise<number | undefined>;
  /** The last lines of a service's log; undefined when there is no log. */
  tailLog(name: ServiceName, lines: number): Promise<readonly string[] | undefined>;
  /**
   * Passes the last lines and then new ones to `onLine` until the signal fires, across restarts of the service. Reads on only after
   * `onLine` has finished, which must happen immediately when the signal fires.
   */
  followLog(name: ServiceName, lines: number, onLine: (line: string) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** The disk with a service's data; undefined where it cannot be inspected from this machine. */
  diskOf(name: ServiceName): Promise<Disk | undefined>;
  /** Access to a service's data. */
  dataOf(name: ServiceName): ServiceData;
  /** Deletes the stack's data outside the state folder. Called when no service is running. */
  forget(): Promise<void>;
}

/** The data folder of a service, on this machine or in a container. Paths are relative to it. */
export interface ServiceData {
  /** Its absolute path as seen by the service. */
  readonly root: string;
  /** Names in a folder; empty when it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Files with a name, at any depth below a folder. */
  find(folder: string, fileName: string): Promise<readonly FoundFile[]>;
  /** Disk usage in bytes of each entry of a folder, by name; empty when it does not exist. */
  sizes(folder: string): Promise<ReadonlyMap<string, number>>;
  /** Text of a file; undefined when it does not exist. */
  read(path: string): Promise<string | undefined>;
  remove(paths: readonly string[]): Promise<void>;
}

export interface FoundFile {
  /** Relative to the folder that was searched. */
  readonly path: string;
  readonly modifiedAtMs: number;
}
