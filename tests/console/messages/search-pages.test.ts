import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { MessageRow, SearchEvent } from "../../../src/console/api.ts";
import { parseFilter } from "../../../src/console/messages/filter.ts";
import { readMessage, searchMessages } from "../../../src/console/messages/search.ts";
import type { MessageQuery, MessageSource } from "../../../src/console/messages/types.ts";
import { type FakePartition, fakeTopic } from "./fake-topic.ts";

const { signal } = new AbortController();

async function eventsOf(source: MessageSource, query: MessageQuery, timeLimitMs = 5000): Promise<readonly SearchEvent[]> {
  return await Array.fromAsync(searchMessages(source, query, { signal, timeLimitMs }));
}

interface Page {
  readonly rows: readonly MessageRow[];
  readonly end: Extract<SearchEvent, { kind: "end" }>;
}

async function pageOf(source: MessageSource, query: MessageQuery, timeLimitMs?: number): Promise<Page> {
  const events = await eventsOf(source, query, timeLimitMs);
  const end = events.at(-1);
  if (end?.kind !== "end") throw new Error("the search has no end");
  return { rows: events.flatMap((event) => (event.kind === "rows" ? event.rows : [])), end };
}

/** All pages of a search, one after another. */
async function pagesOf(source: MessageSource, query: MessageQuery): Promise<readonly Page[]> {
  const pages = [await pageOf(source, query)];
  for (let cursor = pages[0]?.end.cursor ?? null; cursor !== null; cursor = pages.at(-1)?.end.cursor ?? null) {
    if (pages.length > 1000) throw new Error("the search does not end");
    pages.push(await pageOf(source, { ...query, from: { kind: "cursor", cursor } }));
  }
  return pages;
}

const placeOf = ({ partition, offset }: { readonly partition: number; readonly offset: number }): string => `${partition}:${offset}`;
const placesOf = (pages: readonly Page[]): readonly string[] => pages.flatMap(({ rows }) => rows.map(placeOf));

/** Partitions of messages with gaps between offsets; the value says whether a filter for `yes` matches. */
const partitionsOf = (isOrdered: boolean): fc.Arbitrary<FakePartition[]> => {
  const message = fc.record({ gap: fc.nat(3), stepMs: isOrdered ? fc.nat(5) : fc.integer({ min: -20, max: 20 }), isMatch: fc.boolean() });
  const partition = fc.record({ first: fc.nat(5), lastGap: fc.nat(2), messages: fc.array(message, { maxLength: 40 }) });
  return fc.array(
    partition.map(({ first, lastGap, messages }): FakePartition => {
      let [offset, timestampMs] = [first, 1000];
      const made = messages.map(({ gap, stepMs, isMatch }) => {
        offset += gap + 1;
        timestampMs += stepMs;
        return { offset: offset - 1, timestampMs, key: "k", value: isMatch ? "yes" : "no" };
      });
      return { messages: made, low: first, end: offset + lastGap };
    }),
    { minLength: 1, maxLength: 4 },
  );
};

const anyQuery = fc.record({
  limit: fc.integer({ min: 1, max: 12 }),
  isFiltered: fc.boolean(),
  kind: fc.constantFrom("newest", "oldest"),
  batchSize: fc.integer({ min: 1, max: 30 }),
});

describe("searchMessages()", () => {
  test("returns, over all pages, each matching message once, in the order of time", async () => {
    await fc.assert(
      fc.asyncProperty(partitionsOf(true), anyQuery, async (partitions, { limit, isFiltered, kind, batchSize }) => {
        const topic = fakeTopic(partitions, batchSize);
        const filter = parseFilter("yes");
        const pages = await pagesOf(topic, { topic: "t", from: { kind }, limit, ...(isFiltered ? { filter } : {}) });
        const all = partitions.flatMap(({ messages }, partition) => messages.map((one) => ({ ...one, partition })));
        const wanted = all.filter(({ value }) => !isFiltered || value === "yes");
        const times = pages.flatMap(({ rows }) => rows.map(({ timestampMs }) => timestampMs));
        expect(placesOf(pages).toSorted()).toEqual(wanted.map(placeOf).toSorted());
        expect(times).toEqual(wanted.map(({ timestampMs }) => timestampMs).toSorted((a, b) => (kind === "oldest" ? a - b : b - a)));
        expect(pages.every(({ rows }) => rows.length <= limit)).toBe(true);
        expect(pages.slice(0, -1).every(({ rows, end }) => rows.length === limit && end.reason === "limit")).toBe(true);
        expect(topic.readersOpen).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test("returns each message once, in the order of its partition, if timestamps are not in order", async () => {
    await fc.assert(
      fc.asyncProperty(partitionsOf(false), anyQuery, async (partitions, { limit, isFiltered, kind, batchSize }) => {
        const filter = parseFilter("yes");
        const query: MessageQuery = { topic: "t", from: { kind }, limit, ...(isFiltered ? { filter } : {}) };
        const rows = (await pagesOf(fakeTopic(partitions, batchSize), query)).flatMap((page) => page.rows);
        const found = partitions.map((_, partition) => rows.filter((row) => row.partition === partition).map(({ offset }) => offset));
        const wanted = partitions.map(({ messages }) => {
          const offsets = messages.filter(({ value }) => !isFiltered || value === "yes").map(({ offset }) => offset);
          return kind === "oldest" ? offsets : offsets.toReversed();
        });
        expect(found).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });

  /** 20,000 messages, one per millisecond; every thousandth is rare. */
  const long = (): FakePartition => ({
    messages: Array.from({ length: 20_000 }, (_, offset) => ({
      offset,
      timestampMs: offset,
      key: String(offset),
      value: offset % 1000 === 0 ? "rare" : "usual",
    })),
  });

  test("reads ever larger blocks while it finds little", async () => {
    const topic = fakeTopic([long()], 1000);
    const { rows, end } = await pageOf(topic, { topic: "t", from: { kind: "newest" }, filter: parseFilter("rare"), limit: 100 });
    expect(rows.map(({ offset }) => offset)).toEqual(Array.from({ length: 20 }, (_, index) => 19_000 - 1000 * index));
    expect(topic.opened.map(([range]) => [range?.offset, range?.endOffset])).toEqual([
      [19_500, 20_000],
      [14_500, 19_500],
      [0, 14_500],
    ]);
    expect(end).toEqual({ kind: "end", scanned: 20_000, matched: 20, left: 0, cursor: null, reason: "end" });
  });

  test("begins at an offset, at a time, and in one partition", async () => {
    const topic = fakeTopic([long(), long()], 1000);
    const first = async (query: Omit<MessageQuery, "topic" | "limit">): Promise<readonly string[]> =>
      placesOf([await pageOf(topic, { topic: "t", limit: 2, ...query })]);
    expect(await first({ from: { kind: "offset", offset: 7 } })).toEqual(["0:7", "1:7"]);
    expect(await first({ from: { kind: "time", timestampMs: 19_999 } })).toEqual(["0:19999", "1:19999"]);
    expect(await first({ from: { kind: "offset", offset: 7 }, partition: 1 })).toEqual(["1:7", "1:8"]);
    expect(await first({ from: { kind: "time", timestampMs: 20_000 } })).toEqual([]);
  });

  test("rejects a partition that does not exist, and a cursor that it did not write", async () => {
    const topic = fakeTopic([long()]);
    const failure = async (query: Omit<MessageQuery, "topic" | "limit">): Promise<unknown> =>
      await eventsOf(topic, { topic: "t", limit: 1, ...query }).catch((error: unknown) => error);
    expect(await failure({ from: { kind: "newest" }, partition: 4 })).toMatchObject({
      code: "usage",
      message: 'Topic "t" has no partition 4',
    });
    expect(await failure({ from: { kind: "cursor", cursor: "nonsense" } })).toMatchObject({ code: "usage" });
  });

  test("closes its reader when its caller stops", async () => {
    const topic = fakeTopic([long()], 10);
    for await (const event of searchMessages(topic, { topic: "t", from: { kind: "newest" }, limit: 1 }, { signal })) {
      if (event.kind === "rows") break;
    }
    expect(topic.readersOpen).toBe(0);
  });
});

describe("readMessage()", () => {
  test("returns a message whole", async () => {
    const value = "x".repeat(100_000);
    const topic = fakeTopic([{ messages: [{ offset: 3, timestampMs: 5, key: null, value }] }]);
    expect(await readMessage(topic, { topic: "t", partition: 0, offset: 3 }, { signal })).toEqual({
      partition: 0,
      offset: 3,
      timestampMs: 5,
      key: null,
      value,
      keyBytes: 0,
      valueBytes: 100_000,
    });
    expect(topic.readersOpen).toBe(0);
  });

  test("returns nothing for an offset without a message", async () => {
    const topic = fakeTopic([{ messages: [{ offset: 3, timestampMs: 5, value: "" }], low: 1 }]);
    const found = [0, 2, 4].map(async (offset) => await readMessage(topic, { topic: "t", partition: 0, offset }, { signal }));
    expect(await Promise.all(found)).toEqual([undefined, undefined, undefined]);
    expect(await readMessage(topic, { topic: "t", partition: 1, offset: 3 }, { signal })).toBeUndefined();
  });
});
