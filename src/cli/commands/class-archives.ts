import { defineCommand } from "../command.ts";
import { StreamctlError } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import type { ArchiveJob } from "../../stack/local/make-archives.ts";

/** The process in which `up` leaves the making of class-data archives. */
export const classArchivesCommand = defineCommand({
  name: "class-archives",
  args: {
    jobs: { type: "string", valueHint: "JSON", description: "The archives to make" },
    mark: { type: "string", valueHint: "TEXT", description: "Identifies the process; not used otherwise" },
  },
  examples: [],
  run: async ({ jobs }, { log, signal }) => {
    const parsed = parseJson(jobs ?? "");
    if (!Array.isArray(parsed)) throw new StreamctlError("usage", "Option --jobs is missing", { hint: "Run: streamctl up" });
    const { yieldToOthers } = await import("../../core/priority.ts");
    const { makeArchives } = await import("../../stack/local/make-archives.ts");
    yieldToOthers();
    await makeArchives(parsed as readonly ArchiveJob[], { log, signal });
    return 0;
  },
});
