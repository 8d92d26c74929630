import { buildId } from "../../core/build-id.ts";
import type { NetworkLayout } from "../network-layout.ts";
import type { ServiceDetails, ServiceType } from "../service-type.ts";

/** The web console: a process of streamctl itself. */
export const consoleService = {
  name: "console",
  label: "Console",
  kind: "streamctl",
  ports: { console: { label: "Console", port: 8080, endpoint: "http", page: "Console" } },
  after: [],
  needs: [],
  optional: { byDefault: true },
  define,
} as const satisfies ServiceType;

function define({ port }: NetworkLayout): ServiceDetails {
  const url = `http://127.0.0.1:${port("console")}`;
  return {
    endpoint: url,
    // The definition contains the build, so that `up` restarts a console of another one.
    values: { build: buildId },
    files: [],
    // Bun's garbage collector takes this for the size of the machine's memory, and so keeps the heap small. Other runtimes ignore it.
    env: { BUN_JSC_forceRAMSize: "120000000", MALLOC_ARENA_MAX: "2" },
    process: {
      kind: "streamctl",
      args: ["console-server", "--state-dir", "{{stateDir}}", "--port", String(port("console"))],
    },
    probe: { kind: "http", checks: [{ url: `${url}/api/ready`, expects: { path: ["service"], equals: "console" } }] },
    stopTimeoutMs: 5000,
  };
}
