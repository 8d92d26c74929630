/** Where everything of one stack lies. No other module knows the name of a file in it. */

import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { ServiceName } from "./service-identity.ts";

export interface StateFolder {
  readonly root: string;
  readonly runFile: string;
  readonly lockFile: string;
  /** What the runs of `data` delivered. */
  readonly ledgerFile: string;
  readonly logFile: (service: ServiceName) => string;
  readonly confDir: (service: ServiceName) => string;
  readonly dataDir: (service: ServiceName) => string;
  /** Of the docker runtime: `compose.yaml` and what its images are built from. */
  readonly composeDir: string;
}

/** `root` becomes absolute and free of symbolic links, so that one folder has one name. */
export function stateFolder(root: string): StateFolder {
  const base = realPath(resolve(root));
  return {
    root: base,
    runFile: join(base, "run.json"),
    lockFile: join(base, "lock"),
    ledgerFile: join(base, "ledger.ndjson"),
    logFile: (service) => join(base, "log", `${service}.log`),
    confDir: (service) => join(base, "conf", service),
    dataDir: (service) => join(base, "data", service),
    composeDir: join(base, "docker"),
  };
}

/** Whether a name in the folder is that of something that streamctl made, the drafts of a process that was killed among them. Not of the lock, which its holder removes. */
export function isOwnEntry(name: string): boolean {
  return /^(?:conf|data|docker|log|ledger\.ndjson|run\.json(?:\..*)?|lock\..*|\.execution-.*)$/u.test(name);
}

/** The path as the file system knows it; of a path that does not exist yet, the part that does. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
