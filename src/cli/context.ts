/** What every command gets besides its own options. */

import type { Log } from "../core/log.ts";

export interface GlobalOptions {
  readonly json: boolean;
  readonly stateDir: string;
  /** A folder that `eject` wrote; undefined where the embedded declarations hold. */
  readonly declarationsDir: string | undefined;
  /** Undefined where it was not typed: the state's own offset holds then. */
  readonly portOffset: number | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Where results and the live line go, and what the terminal can show. */
export interface Terminal {
  /** Writes a result to standard output, waiting while the reader is slow. */
  readonly write: (text: string) => Promise<void>;
  /** Columns of standard output's terminal; null where it is none. */
  readonly outputColumns: number | null;
  /** Columns of standard error's terminal; null where it is none, and then nothing live is drawn. */
  readonly narrationColumns: number | null;
  /** Replaces the live line on standard error; does nothing off a terminal. An empty text takes it away. */
  readonly live: (text: string) => void;
}

export interface CliContext {
  readonly globals: GlobalOptions;
  readonly log: Log;
  readonly terminal: Terminal;
  /** The module that the program was started with; off the main thread it is a producer's worker. */
  readonly entry: URL;
  /** Fires at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
}

/** What a command's `run` answers: the exit code. */
export type ExitCode = 0 | 1 | 2 | 130;
