/** The user's cache folder: files that can be downloaded or built again, shared by all stacks of a user. */

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { StreamctlError } from "./errors.ts";

/**
 * `$STREAMCTL_CACHE_DIR`, or else `streamctl` in the user's cache folder. A relative `$XDG_CACHE_HOME` is ignored, as the
 * specification requires: https://specifications.freedesktop.org/basedir-spec/
 *
 * @throws StreamctlError `prerequisite` when none of these variables is set and the user has no home folder
 */
export function cacheFolder(): string {
  const { STREAMCTL_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  if (STREAMCTL_CACHE_DIR !== undefined && isAbsolute(STREAMCTL_CACHE_DIR)) return STREAMCTL_CACHE_DIR;
  const userCache = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homeFolder(), ".cache");
  return join(userCache, "streamctl");
}

function homeFolder(): string {
  const { HOME } = process.env;
  if (HOME !== undefined && isAbsolute(HOME)) return HOME;
  try {
    const home = homedir();
    if (isAbsolute(home)) return home;
  } catch {
    // The user id is not in the user database.
  }
  throw new StreamctlError("prerequisite", `Cannot choose a cache folder: user ${process.getuid?.() ?? "?"} has no home folder`, {
    hint: "Set HOME or XDG_CACHE_HOME to a writable folder",
  });
}
