/** The contract of every processor. The test of a processor provides a world with a real or fake engine. */

import { describe, expect, test } from "bun:test";
import { type StepDeadline, stepDeadline } from "../../src/core/step-deadline.ts";
import type { Processor } from "../../src/processors/processor.ts";
import type { TopicIdentity } from "../../src/spec/names.ts";
import { failureOf } from "./failure.ts";
import { provision as provisionGraph } from "./provision.ts";

/** Differences between two declared computations. */
export interface Wish {
  readonly transactionsTopicId: string;
  /** A different text results in different statements. */
  readonly statements: "first" | "second" | "refused";
}

export interface ProcessorWorld extends AsyncDisposable {
  processor(windows: TopicIdentity, wish: Wish): Processor;
  /** Computations started since the beginning. */
  started(): Promise<number>;
  /** Ids of the running computations with the processor's name. */
  running(): Promise<readonly string[]>;
  /** Starts a computation of the same name that is not from streamctl. */
  startForeign(): Promise<void>;
}

const first: Wish = { transactionsTopicId: "t1", statements: "first" };
const windows: TopicIdentity = { name: "window_transactions", id: "w1" };

async function provisionIn(
  world: ProcessorWorld,
  wish: Wish,
  { topic, deadline }: { readonly topic: TopicIdentity; readonly deadline: StepDeadline },
) {
  const remade: string[] = [];
  const outcome = await provisionGraph({
    processorFor: (made) => world.processor(made, wish),
    windows: topic,
    transactionsTopicId: wish.transactionsTopicId,
    async replaceTopic() {
      remade.push(`remade with ${(await world.running()).length} running`);
      return { name: windows.name, id: "w2" };
    },
    deadline,
  });
  return { ...outcome, remade };
}

/** @param timeoutMs timeout per step */
export function processorContract(name: string, createWorld: () => Promise<ProcessorWorld>, timeoutMs = 5000): void {
  const provision = async (
    world: ProcessorWorld,
    wish: Wish,
    options: { readonly topic?: TopicIdentity; readonly deadline?: StepDeadline } = {},
  ) => await provisionIn(world, wish, { topic: windows, deadline: stepDeadline(timeoutMs), ...options });

  describe(`${name} as a processor`, () => {
    test("starts the computation if none is running, and only once", async () => {
      await using world = await createWorld();
      const { changes, remade } = await provision(world, first);
      expect(changes.map(({ kind, result }) => [kind, result])).toEqual([["job", "created"]]);
      expect(remade).toEqual([]);
      expect(await world.running()).toHaveLength(1);
      const again = await provision(world, first);
      expect(again.changes.map(({ result }) => result)).toEqual(["unchanged"]);
      expect(again.windows).toEqual(windows);
      expect(await world.started()).toBe(1);
    });

    test("stops a computation of other statements, and then has the topic of windows recreated", async () => {
      await using world = await createWorld();
      await provision(world, first);
      const [old] = await world.running();
      const { changes, remade, windows: topic } = await provision(world, { ...first, statements: "second" });
      expect(changes.map(({ kind, result, cause }) => [kind, result, cause])).toEqual([
        ["topic", "replaced", "its statements or settings changed"],
        ["job", "replaced", "its statements or settings changed"],
      ]);
      expect(remade).toEqual(["remade with 0 running"]);
      expect(topic).toEqual({ name: windows.name, id: "w2" });
      expect(await world.running()).toHaveLength(1);
      expect(await world.running()).not.toContain(old);
    });

    test("starts from the beginning if the topic of transactions was recreated", async () => {
      await using world = await createWorld();
      await provision(world, first);
      const { changes, remade } = await provision(world, { ...first, transactionsTopicId: "t2" });
      expect(changes.map(({ result }) => result)).toEqual(["replaced", "replaced"]);
      expect(remade).toHaveLength(1);
      expect(await world.running()).toHaveLength(1);
    });

    test("starts from the beginning if the topic of windows was recreated, and keeps the new topic", async () => {
      await using world = await createWorld();
      await provision(world, first);
      const { changes, remade } = await provision(world, first, { topic: { name: windows.name, id: "w9" } });
      expect(changes).toMatchObject([{ kind: "job", result: "replaced", cause: "the topic of windows was recreated" }]);
      expect(remade).toEqual([]);
      expect(await world.running()).toHaveLength(1);
    });

    test("replaces a computation of its name that streamctl did not start", async () => {
      await using world = await createWorld();
      await world.startForeign();
      const { changes, remade } = await provision(world, first);
      expect(changes).toMatchObject([{ kind: "topic" }, { kind: "job", result: "replaced", cause: "it was not started by streamctl" }]);
      expect(remade).toEqual(["remade with 0 running"]);
      expect(await world.running()).toHaveLength(1);
    });

    test("keeps the running computation if the new statements are rejected", async () => {
      await using world = await createWorld();
      await provision(world, first);
      const before = await world.running();
      const refused = provision(world, { ...first, statements: "refused" });
      expect(await failureOf(refused)).toMatchObject({ name: "StreamctlError", code: "processor" });
      expect(await world.running()).toEqual(before);
    });

    test("stop() returns what it stopped, once", async () => {
      await using world = await createWorld();
      await provision(world, first);
      const before = await world.running();
      const processor = world.processor(windows, first);
      expect(await processor.stop(stepDeadline(timeoutMs))).toEqual(before);
      expect(await world.running()).toEqual([]);
      expect(await processor.stop(stepDeadline(timeoutMs))).toEqual([]);
    });

    test("health() follows the computation", async () => {
      await using world = await createWorld();
      const processor = world.processor(windows, first);
      expect((await processor.health(stepDeadline(timeoutMs))).healthy).toBe(false);
      await provision(world, first);
      expect((await processor.health(stepDeadline(timeoutMs))).healthy).toBe(true);
    });

    test("an interrupt ends the wait", async () => {
      await using world = await createWorld();
      const deadline = stepDeadline(timeoutMs, AbortSignal.abort());
      expect(await failureOf(provision(world, first, { deadline }))).toMatchObject({ code: "interrupted" });
    });
  });
}
