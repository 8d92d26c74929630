import { describe, expect, test } from "bun:test";
import { type Arbitrary, array, assert, asyncProperty, boolean, constant, constantFrom, integer, nat, oneof, record } from "fast-check";
import type { MessageRow, SearchEvent } from "../../../src/console/api.ts";
import { parseFilter } from "../../../src/console/messages/filter.ts";
import { searchMessages } from "../../../src/console/messages/search.ts";
import type { MessageQuery, MessageSource } from "../../../src/console/messages/types.ts";
import { type FakeMessage, type FakeTopic, fakeSource } from "./fake-source.ts";

const { signal } = new AbortController();

interface Page {
  readonly rows: readonly MessageRow[];
  readonly end: Extract<SearchEvent, { kind: "end" }>;
}

async function searchPage(source: MessageSource, query: MessageQuery, timeLimitMs = 15_000): Promise<Page> {
  const rows: MessageRow[] = [];
  for await (const event of searchMessages(source, query, { signal, timeLimitMs })) {
    if (event.kind === "rows") rows.push(...event.rows);
    if (event.kind === "end") return { rows, end: event };
  }
  throw new Error("the search did not say that it has ended");
}

/** All pages of a search, each from the cursor of the one before. */
async function searchPages(source: MessageSource, query: MessageQuery): Promise<readonly Page[]> {
  const pages: Page[] = [await searchPage(source, query)];
  for (;;) {
    const cursor = pages.at(-1)?.end.cursor ?? null;
    if (cursor === null) return pages;
    if (pages.length > 1000) throw new Error("the pages do not end");
    pages.push(await searchPage(source, { ...query, from: { kind: "cursor", cursor } }));
  }
}

const placeOf = ({ partition, offset }: { partition: number; offset: number }): string => `${partition}:${offset}`;

/** Topics with gaps between offsets, equal timestamps, empty partitions and timestamps that may go back. */
const topics = (stepMs: { readonly min: number; readonly max: number }): Arbitrary<FakeTopic> =>
  record({
    partitions: array(
      record({
        low: nat(3),
        steps: array(
          record({
            gap: oneof(constant(1), integer({ min: 1, max: 700 })),
            stepMs: integer(stepMs),
            marked: boolean(),
          }),
          { maxLength: 60 },
        ),
        after: nat(3),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    batchMessages: integer({ min: 1, max: 50 }),
  }).map(({ partitions, batchMessages }) => {
    const messages: FakeMessage[] = [];
    const ranges = partitions.map(({ low, steps, after }, partition) => {
      let offset = low - 1;
      let timestampMs = 1_000_000;
      for (const step of steps) {
        offset += step.gap;
        timestampMs += step.stepMs;
        messages.push({ partition, offset, timestampMs, key: `k${offset}`, value: step.marked ? "marked" : "plain" });
      }
      return { low, high: offset + 1 + after };
    });
    return { partitions: ranges, messages, batchMessages };
  });

const queries = record({
  from: constantFrom({ kind: "newest" } as const, { kind: "oldest" } as const),
  limit: integer({ min: 1, max: 20 }),
  isFiltered: boolean(),
});

function queryOf({ from, limit, isFiltered }: { from: MessageQuery["from"]; limit: number; isFiltered: boolean }): MessageQuery {
  return { topic: "t", from, limit, ...(isFiltered ? { filter: parseFilter("marked") } : {}) };
}

const wanted = ({ messages }: FakeTopic, isFiltered: boolean): readonly FakeMessage[] =>
  messages.filter(({ value }) => !isFiltered || value === "marked");

describe("searchMessages()", () => {
  test("returns each match once, ordered by time over all partitions, whatever the size of the pages", async () => {
    await assert(
      asyncProperty(topics({ min: 0, max: 5 }), queries, async (topic, query) => {
        const pages = await searchPages(fakeSource(topic), queryOf(query));
        const rows = pages.flatMap((page) => page.rows);
        const times = rows.map(({ timestampMs }) => timestampMs);
        const isForward = query.from.kind === "oldest";
        expect(times).toEqual(times.toSorted((one, other) => (isForward ? one - other : other - one)));
        expect(rows.map(placeOf).toSorted()).toEqual(wanted(topic, query.isFiltered).map(placeOf).toSorted());
        expect(pages.every((page) => page.rows.length <= query.limit)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("returns each match once, in the order of its partition, if timestamps go back", async () => {
    await assert(
      asyncProperty(topics({ min: -20, max: 20 }), queries, async (topic, query) => {
        const pages = await searchPages(fakeSource(topic), queryOf(query));
        const rows = pages.flatMap((page) => page.rows);
        expect(rows.map(placeOf).toSorted()).toEqual(wanted(topic, query.isFiltered).map(placeOf).toSorted());
        for (const partition of topic.partitions.keys()) {
          const offsets = rows.filter((row) => row.partition === partition).map(({ offset }) => offset);
          const sign = query.from.kind === "oldest" ? 1 : -1;
          expect(offsets).toEqual(offsets.toSorted((one, other) => sign * (one - other)));
        }
      }),
      { numRuns: 150 },
    );
  });

  test("counts what it has searched and what is left in offsets, exactly", async () => {
    await assert(
      asyncProperty(topics({ min: -5, max: 5 }), queries, async (topic, query) => {
        const pages = await searchPages(fakeSource(topic), queryOf(query));
        const total = topic.partitions.reduce((sum, { low, high }) => sum + high - low, 0);
        let left = total;
        for (const { end } of pages) {
          expect(end.scanned + end.left).toBe(left);
          ({ left } = end);
        }
        expect(left).toBe(0);
        expect(pages.at(-1)?.end).toMatchObject({ reason: "end", cursor: null });
      }),
      { numRuns: 100 },
    );
  });

  test("finds nothing before an offset or a time from which it begins", async () => {
    const messages = [0, 1, 2, 3, 4, 5].map((offset) => ({
      partition: offset % 2,
      offset,
      timestampMs: 100 + offset,
      key: null,
      value: null,
    }));
    const source = fakeSource({
      partitions: [
        { low: 0, high: 6 },
        { low: 0, high: 6 },
      ],
      messages,
    });
    const offsetsFrom = async (from: MessageQuery["from"]) =>
      (await searchPage(source, { topic: "t", from, limit: 9 })).rows.map(({ offset }) => offset);
    expect(await offsetsFrom({ kind: "offset", offset: 2 })).toEqual([2, 3, 4, 5]);
    expect(await offsetsFrom({ kind: "time", timestampMs: 103 })).toEqual([3, 4, 5]);
    expect(await offsetsFrom({ kind: "time", timestampMs: 200 })).toEqual([]);
    expect(await offsetsFrom({ kind: "offset", offset: 99 })).toEqual([]);
  });

  test("reads little to show the newest messages, and stops reading forward when it has enough", async () => {
    const partitions = [0, 1, 2].map(() => ({ low: 0, high: 5000 }));
    const messages = partitions.flatMap((_, partition) =>
      Array.from({ length: 5000 }, (__, offset) => ({ partition, offset, timestampMs: offset, key: null, value: "marked" })),
    );
    const counter = { read: 0 };
    const source = fakeSource({ partitions, messages, counter, batchMessages: 30 });
    expect((await searchPage(source, { topic: "t", from: { kind: "newest" }, limit: 50 })).rows).toHaveLength(50);
    expect(counter.read).toBe(150);
    expect(
      (await searchPage(source, { topic: "t", from: { kind: "oldest" }, limit: 10, filter: parseFilter("marked") })).rows,
    ).toHaveLength(10);
    expect(counter.read).toBeLessThan(250);
  });

  test("holds only some large messages of each partition at a time, and loses none", async () => {
    const value = "x".repeat(16 * 1024);
    const messages = Array.from({ length: 800 }, (_, index) => ({
      partition: index % 2,
      offset: index >> 1,
      timestampMs: index,
      key: null,
      value,
    }));
    const source = fakeSource({
      partitions: [
        { low: 0, high: 400 },
        { low: 0, high: 400 },
      ],
      messages,
      batchMessages: 100,
    });
    for (const kind of ["newest", "oldest"] as const) {
      const pages = await searchPages(source, { topic: "t", from: { kind }, limit: 500 });
      const times = pages.flatMap(({ rows }) => rows.map(({ timestampMs }) => timestampMs));
      expect(times).toEqual(
        kind === "oldest" ? messages.map((one) => one.timestampMs) : messages.map((one) => one.timestampMs).toReversed(),
      );
    }
  });

  test("pauses at its time limit, and each page makes progress", async () => {
    const partitions = [{ low: 0, high: 20_000 }];
    const messages = Array.from({ length: 20_000 }, (_, offset) => ({
      partition: 0,
      offset,
      timestampMs: offset,
      key: null,
      value: "plain",
    }));
    const source = fakeSource({ partitions, messages });
    const query: MessageQuery = { topic: "t", from: { kind: "newest" }, limit: 5, filter: parseFilter("marked") };
    const first = await searchPage(source, query, 0);
    expect(first.end).toMatchObject({ reason: "time", matched: 0, scanned: 500, left: 19_500 });
    const next = await searchPage(source, { ...query, from: { kind: "cursor", cursor: first.end.cursor ?? "" } }, 0);
    expect(next.end).toMatchObject({ reason: "time", scanned: 500, left: 19_000 });
  });

  test("rejects a cursor that it did not write, and a partition that the topic does not have", async () => {
    const source = fakeSource({ partitions: [{ low: 0, high: 0 }], messages: [] });
    for (const cursor of ["", "x", Buffer.from('{"direction":"up","positions":[0,1]}').toString("base64url")]) {
      expect(
        await searchPage(source, { topic: "t", from: { kind: "cursor", cursor }, limit: 1 }).catch((error: unknown) => error),
      ).toMatchObject({ code: "usage" });
    }
    const query: MessageQuery = { topic: "t", partition: 7, from: { kind: "newest" }, limit: 1 };
    expect(await searchPage(source, query).catch((error: unknown) => error)).toMatchObject({ code: "usage" });
  });
});
