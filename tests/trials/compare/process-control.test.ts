import { expect, test } from "bun:test";
import { join } from "node:path";
import { isRunning, startDetached, statFields } from "../../../src/core/process.ts";
import { pollUntil } from "../../../src/core/wait.ts";
import type { Runtime } from "../../../src/stack/runtime.ts";
import { control, killService } from "../../../src/trials/compare/process-control.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test("control() freezes and continues a process, killService() waits for its end, and both report one that has ended", async () => {
  const identity = await startDetached({ program: "sleep", args: ["60"] }, join(await temporaryFolder(), "log"));
  const state = async (wanted: string): Promise<void> => {
    const poll = async (): Promise<true | undefined> => ((await statFields(identity.pid))[0] === wanted ? true : undefined);
    await pollUntil(poll, { timeoutMs: 10_000, what: `state ${wanted}` });
  };
  await control("freeze", "sleep", identity);
  await state("T");
  await control("continue", "sleep", identity);
  await state("S");
  const fakeRuntime = { isRunning: async () => await isRunning(identity) } as unknown as Runtime;
  await killService("sleep", identity, fakeRuntime, new AbortController().signal);
  expect(await isRunning(identity)).toBe(false);
  const failure: unknown = await control("freeze", "sleep", identity).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "service-failed", message: "Cannot freeze sleep: it has ended" });
});
