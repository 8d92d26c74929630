/** Progress messages and warnings, written to standard error. Results go to standard output, not through this module. */

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

/**
 * A log on standard error. `quiet` prints warnings only; `verbose` adds debug messages.
 *
 * @param print receives whole lines
 */
export function createLog({ quiet, verbose }: LogOptions, print = (text: string): void => void process.stderr.write(text)): Log {
  const write = (type: string) => (message: string) => print(`[${type}] ${message}\n`);
  const discard = (): void => {};
  return {
    info: quiet ? discard : write("info"),
    success: quiet ? discard : write("success"),
    warn: write("warn"),
    debug: verbose && !quiet ? write("debug") : discard,
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

/** A log that discards everything. */
export const silentLog: Log = { info() {}, success() {}, warn() {}, debug() {} };
