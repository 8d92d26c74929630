/** The one folder in which streamctl keeps what can be fetched or made again, for all stacks of a user. */

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { StreamctlError } from "./errors.ts";

/**
 * `$STREAMCTL_CACHE_DIR`, or else `streamctl` in the user's cache folder; a relative `$XDG_CACHE_HOME` is ignored, as the
 * specification asks. https://specifications.freedesktop.org/basedir-spec/
 *
 * @throws StreamctlError `prerequisite` for a user without a home, whom none of these variables gives a folder
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
    // Nobody knows this user: the table of users has no such number.
  }
  throw new StreamctlError("prerequisite", `Cannot find a folder for the cache: user ${process.getuid?.() ?? "?"} has no home folder`, {
    hint: "Set HOME or XDG_CACHE_HOME to a folder that you may write",
  });
}
