/** Layout of a state folder. No other module contains the names of its files. */

import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { ServiceName } from "./service-identity.ts";

export interface StateFolder {
  readonly root: string;
  readonly runFile: string;
  readonly lockFile: string;
  /** Results of the runs of `data`. */
  readonly ledgerFile: string;
  /** The plan of the last `up`. */
  readonly lastUpFile: string;
  readonly logFile: (service: ServiceName) => string;
  readonly confDir: (service: ServiceName) => string;
  readonly dataDir: (service: ServiceName) => string;
  /** Folder of a service's secrets: files that only the user can read. */
  readonly secretDir: (service: ServiceName) => string;
  /** Used by the docker runtime: `compose.yaml` and the build contexts of its images. */
  readonly composeDir: string;
}

/** Makes `root` absolute and resolves symbolic links, so that each folder has one name. */
export function stateFolder(root: string): StateFolder {
  const base = realPath(resolve(root));
  return {
    root: base,
    runFile: join(base, "run.json"),
    lockFile: join(base, "lock"),
    ledgerFile: join(base, "ledger.ndjson"),
    lastUpFile: join(base, "last-up.json"),
    logFile: (service) => join(base, "log", `${service}.log`),
    confDir: (service) => join(base, "conf", service),
    dataDir: (service) => join(base, "data", service),
    secretDir: (service) => join(base, service),
    composeDir: join(base, "docker"),
  };
}

/**
 * Whether streamctl creates entries of this name, including temporary files of a killed process. False for the lock, which its holder removes.
 */
export function isOwnEntry(name: string): boolean {
  return /^(?:conf|data|docker|log|superset|ledger\.ndjson|(?:run|last-up)\.json(?:\..*)?|lock\..*|\.execution-.*)$/u.test(name);
}

/** The path without symbolic links; for a path that does not exist yet, its existing part is resolved. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
