import { readdirSync, readFileSync } from "node:fs";

interface ClientThread {
  /** The name that librdkafka sets, such as `rdk:broker1`. */
  readonly name: string;
  /** One bit per signal; SIGHUP, number 1, is the lowest. */
  readonly blockedSignals: bigint;
}

/** Threads of this process that librdkafka created, read from /proc. */
export function clientThreads(): readonly ClientThread[] {
  return readdirSync("/proc/self/task")
    .map((id) => threadOf(id))
    .filter(({ name }) => name.startsWith("rdk:"));
}

function threadOf(id: string): ClientThread {
  try {
    const status = readFileSync(`/proc/self/task/${id}/status`, "utf8");
    return { name: field(status, "Name"), blockedSignals: BigInt(`0x${field(status, "SigBlk")}`) };
  } catch {
    return { name: "", blockedSignals: 0n }; // the thread has ended
  }
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, "mu").exec(status)?.[1] ?? "";
}
