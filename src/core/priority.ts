import { readdirSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/** Priority of the session: low, but a page must still be answered on a busy machine. */
const sessionPriority = 5;

/**
 * Gives this process the lowest priority: it gets the time that others leave. On Linux a priority belongs to a thread, and new threads
 * inherit that of the thread that starts them; where autogrouping is enabled, it counts only among the processes of a session, and the
 * session has a priority of its own. Only for a process that has its session for itself, such as a detached one.
 * https://man7.org/linux/man-pages/man7/sched.7.html
 */
export function yieldToOthers(): void {
  for (const thread of threadsOfThisProcess()) {
    try {
      setPriority(thread, constants.priority.PRIORITY_LOW);
    } catch {
      // The thread has ended.
    }
  }
  try {
    writeFileSync("/proc/self/autogroup", String(sessionPriority));
  } catch {
    // There is no autogrouping.
  }
}

/** Thread ids; that of the process where there is no /proc. */
function threadsOfThisProcess(): readonly number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [0];
  }
}
