/** Chooses ports for a temporary stack, apart from those of any other stack. */

import { StreamctlError } from "../../core/errors.ts";

/** Below the ports that Linux assigns to outgoing connections, which begin at 32768. */
const candidates: readonly number[] = Array.from({ length: 27 }, (_, index) => 10_000 + index * 500);

/**
 * The first offset at which all ports are free, and none is a port of a stack with the default ports, which may be started meanwhile.
 *
 * @param basePorts the ports at offset 0
 * @param isFree whether nothing listens on any of these ports
 * @param from where to begin in the list of offsets, so that two commands that start at the same time choose different ones
 * @throws StreamctlError `port-taken` if there is none
 */
export async function freePortOffset(
  basePorts: readonly number[],
  isFree: (ports: readonly number[]) => Promise<boolean>,
  from: number,
): Promise<number> {
  for (let index = 0; index < candidates.length; index += 1) {
    const offset = candidates[(from + index) % candidates.length] ?? 0;
    const ports = basePorts.map((port) => port + offset);
    if (ports.some((port) => basePorts.includes(port))) continue;
    if (await isFree(ports)) return offset;
  }
  throw new StreamctlError("port-taken", "Cannot find free ports for a temporary stack", {
    hint: "Choose them: --port-offset N",
  });
}
