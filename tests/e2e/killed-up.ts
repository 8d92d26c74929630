/**
 * `up` is killed at instants spread over its duration, as by the OOM killer. Each time `status` names everything that is running, and
 * either `down` removes all of it, or another `up` makes a healthy stack of it. Half of the killed ones are the first in their folder,
 * half find the data of an earlier one. The instants derive from a seed, which is part of the tests' names.
 *
 *   STREAMCTL_FAULT_SEED=7   repeats the instants of this seed
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "../../src/core/wait.ts";
import { below, goldenRatio, mix32 } from "../../src/data/random.ts";
import { containersOf, enginesOf, type FoundProcess, keptByEngine, processesOf } from "./belongings.ts";
import { Stack } from "./streamctl.ts";

export interface KilledUpOptions {
  readonly runtime: "local" | "docker";
  readonly portOffset: number;
  /** Must be even. */
  readonly kills: number;
  /** Arguments of `up` besides the runtime. */
  readonly args?: readonly string[];
}

const givenSeed = process.env["STREAMCTL_FAULT_SEED"];
const seed = givenSeed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(givenSeed);

/** When to kill `up`, in thousandths of its duration: one instant in each of `kills` equal parts, early and late ones alternating. */
function instants(kills: number): readonly number[] {
  const parts = Array.from({ length: kills }, (_, part) => part);
  const inParts = parts.map((part) =>
    Math.floor((1000 * part + below(1000, mix32((seed + Math.imul(goldenRatio, part + 1)) | 0))) / kills),
  );
  return inParts.map((_, kill) => inParts[(kill * 5) % kills] ?? 0);
}

export function killedUp({ runtime, portOffset, kills, args = [] }: KilledUpOptions): void {
  const up = ["up", "--port-offset", String(portOffset), "--runtime", runtime, ...args];
  const running = async (): Promise<readonly FoundProcess[]> => await (runtime === "local" ? enginesOf : containersOf)(stack.stateDir);
  /** Durations of `up` in an empty folder and in one with data, in milliseconds. */
  const durations = { first: 0, later: 0 };
  let stack: Stack;
  let wereCut = 0;

  beforeAll(async () => {
    stack = await Stack.create(portOffset);
    for (const kind of ["first", "later"] as const) {
      const startedAt = performance.now();
      await stack.json(up, { timeoutMs: 900_000 });
      durations[kind] = performance.now() - startedAt;
      await stack.json(kind === "first" ? ["down"] : ["down", "--volumes"]);
    }
  });

  afterAll(async () => {
    expect(await stack.end()).toEqual([]);
  });

  /** Returns what was running when it was killed. */
  async function kill(afterMs: number): Promise<readonly FoundProcess[]> {
    const { child, outcome } = stack.start(up);
    const ended = once(child, "exit");
    await Promise.race([pause(afterMs), ended]);
    if (child.exitCode === null) wereCut += 1;
    child.kill("SIGKILL");
    await ended;
    const found = await running();
    outcome.catch(() => {});
    return found;
  }

  async function stackId(): Promise<string | undefined> {
    const text = await readFile(join(stack.stateDir, "run.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text).stack.id;
  }

  for (const [index, thousandths] of instants(kills).entries()) {
    const [kind, then] = index % 2 === 0 ? (["first", "up"] as const) : (["later", "down"] as const);
    test(`killed after ${thousandths / 10}% of a ${kind} up (seed ${seed}): status names everything that is running, then ${then}`, async () => {
      expect(await processesOf(stack.stateDir)).toEqual([]);
      const before = await kill((durations[kind] * thousandths) / 1000);
      const known = new Set((await stack.services()).map(({ pid }) => pid));
      const after = new Set((await running()).map(({ pid }) => pid));
      expect(before.filter(({ pid }) => after.has(pid) && !known.has(pid))).toEqual([]);
      const id = await stackId();
      if (then === "up") {
        await stack.json(up);
        expect((await stack.run(["status"])).exitCode).toBe(0);
        await stack.json(["down"]);
      } else {
        await stack.json(["down"]);
        expect(await running()).toEqual([]);
        await stack.json(["down", "--volumes"]);
        if (runtime === "docker" && id !== undefined) expect(await keptByEngine(id)).toEqual([]);
      }
      expect(await processesOf(stack.stateDir)).toEqual([]);
    });
  }

  test(`most of the kills (seed ${seed}) came before up was done`, () => {
    expect(wereCut).toBeGreaterThanOrEqual(Math.floor(kills * 0.7));
  });
}
