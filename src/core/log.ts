/** Narration goes to standard error; results never pass through here. */

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

/** A log on standard error, through consola. Quiet keeps warnings; verbose adds debugging. */
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

/** The same log for what is done again and again: a warning that it has given is not repeated. */
export function warningOnce(log: Log): Log {
  const said = new Set<string>();
  return {
    ...log,
    warn(message) {
      if (!said.has(message)) log.warn(message);
      said.add(message);
    },
  };
}

/** A log that says nothing. */
export const silentLog: Log = { info() {}, success() {}, warn() {}, debug() {} };
