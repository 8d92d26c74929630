import { expect, test } from "bun:test";
import { fixedUsers } from "../../src/data/users.ts";

/** Kafka's murmur2 as the Java client computes it; `foobar` is the reference value of Kafka's own tests. */
function murmur2(text: string): number {
  const data = new TextEncoder().encode(text);
  const multiplier = 0x5bd1e995;
  let hash = 0x9747b28c ^ data.length;
  const whole = data.length - (data.length % 4);
  const view = new DataView(data.buffer);
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(view.getInt32(at, true), multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  for (let at = data.length - 1; at >= whole; at -= 1) hash ^= (data[at] ?? 0) << (8 * (at - whole));
  if (whole < data.length) hash = Math.imul(hash, multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

test("fixedUsers are ten UUIDs, one per leading digit, with an amount of ten times the digit", () => {
  expect(fixedUsers.map((user) => [user.id[0], user.totalPaid])).toEqual([
    ["0", 100],
    ["1", 10],
    ["2", 20],
    ["3", 30],
    ["4", 40],
    ["5", 50],
    ["6", 60],
    ["7", 70],
    ["8", 80],
    ["9", 90],
  ]);
  for (const { id } of fixedUsers) expect(id).toMatch(/^\d[0-9a-f]{7}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
});

test("fixedUsers spread 4/3/3 over three partitions by the Java client's murmur2", () => {
  expect(murmur2("foobar")).toBe(-790_332_482);
  const partitions = fixedUsers.map((user) => (murmur2(user.id) & 0x7fff_ffff) % 3);
  expect(partitions).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
});
