/** Progress messages and warnings, written to standard error. Results go to standard output, not through this module. */

import { createConsola } from "consola/basic";

export interface Log {
  readonly info: (message: string) => void;
  readonly success: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly debug: (message: string) => void;
}

export interface LogOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** A log on standard error. `quiet` prints warnings only; `verbose` adds debug messages. */
export function createLog(options: LogOptions): Log {
  const level = options.quiet ? 1 : options.verbose ? 4 : 3;
  const consola = createConsola({ level, stdout: process.stderr, stderr: process.stderr, formatOptions: { date: false } });
  return {
    info: (message) => consola.info(message),
    success: (message) => consola.success(message),
    warn: (message) => consola.warn(message),
    debug: (message) => consola.debug(message),
  };
}

/** A log for repeated work: prints each distinct warning once. */
export function warningOnce(log: Log): Log {
  const given = new Set<string>();
  return {
    ...log,
    warn(message) {
      if (!given.has(message)) log.warn(message);
      given.add(message);
    },
  };
}

/** A log for work that is a step of something else: all messages are debug messages. */
export function debugOnly({ debug }: Log): Log {
  return { info: debug, success: debug, warn: debug, debug };
}

/** A log that discards everything. */
export const silentLog: Log = { info() {}, success() {}, warn() {}, debug() {} };
