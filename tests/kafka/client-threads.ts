import { readdirSync, readFileSync } from "node:fs";

/** Names of this process's threads that librdkafka made, as Linux lists them. */
export function clientThreads(): readonly string[] {
  const names = readdirSync("/proc/self/task").map((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, "utf8").trim();
    } catch {
      return ""; // it ended meanwhile
    }
  });
  return names.filter((name) => name.startsWith("rdk:"));
}
