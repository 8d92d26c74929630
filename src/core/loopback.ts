/** Recognizes the loopback addresses. */

const v4 = String.raw`127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}`;
const loopback = new RegExp(String.raw`^(?:${v4}|::1|::ffff:${v4}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}|localhost|.+\.localhost)$`, "u");

/**
 * Loads no module, because help texts depend on it.
 *
 * @param host a name, or an address with or without brackets; names are not resolved
 */
export function isLoopback(host: string): boolean {
  return loopback.test(host.replace(/^\[(?<inner>.*)\]$/u, "$<inner>").toLowerCase());
}
