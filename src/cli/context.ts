import type { Log } from "../core/log.ts";
import type { HelpScreen } from "./help.ts";

export interface GlobalOptions {
  readonly json: boolean;
  readonly stateDir: string;
  /** A folder that `eject` wrote; undefined for the embedded declarations. */
  readonly declarationsDir: string | undefined;
  /** Undefined if it was not given: then the offset in the state is used. */
  readonly portOffset: number | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Standard output for results, standard error for the live line. */
export interface Terminal {
  /** Writes a result to standard output; resolves when more can be written. */
  readonly write: (text: string) => Promise<void>;
  readonly helpScreen: HelpScreen;
  /** Columns of the terminal on standard output; null if it is not a terminal. */
  readonly outputColumns: number | null;
  /** Columns of the terminal on standard error; null if it is not a terminal, in which case there is no live line. */
  readonly logColumns: number | null;
  /** Replaces the live line on standard error, if that is a terminal. An empty text removes it. */
  readonly live: (text: string) => void;
}

export interface CliContext {
  readonly globals: GlobalOptions;
  readonly log: Log;
  readonly terminal: Terminal;
  /** The module that the program was started with. In a worker thread it runs a producer. */
  readonly entry: URL;
  /** Fires at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
}

export type ExitCode = 0 | 1 | 2 | 130;
