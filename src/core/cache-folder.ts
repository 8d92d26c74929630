/** The one folder in which streamctl keeps what can be fetched or made again, for all stacks of a user. */

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * `$STREAMCTL_CACHE_DIR`, or else `streamctl` in the user's cache folder; a relative `$XDG_CACHE_HOME` is ignored, as the
 * specification asks. https://specifications.freedesktop.org/basedir-spec/
 */
export function cacheFolder(): string {
  const { STREAMCTL_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  if (STREAMCTL_CACHE_DIR !== undefined && isAbsolute(STREAMCTL_CACHE_DIR)) return STREAMCTL_CACHE_DIR;
  const userCache = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), ".cache");
  return join(userCache, "streamctl");
}
