/**
 * Invalid calls of the addon, which streamctl itself never makes: wrong types, wrong lengths, foreign objects. Each must throw
 * without accessing memory out of bounds. `make test-native` also runs them with a sanitized addon.
 */

import type { NativeAddon, NativeConsumer, NativeProducer } from "../../src/kafka/native.ts";

/** Description, call, expected exception. */
export type Misuse = readonly [what: string, call: () => unknown, message: RegExp];

const foreign = /another kind|object was expected|is not an object|Illegal invocation|undefined or null/u;
const wrongKind = /wrong kind/u;
const outOfRange = /within its range/u;
const notANumber = /number was expected/u;

function detached(): Uint8Array {
  const bytes = new Uint8Array(30);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

/** A call without type checks. */
function called(owner: object, name: string, ...given: unknown[]): () => unknown {
  return () => Reflect.apply(Reflect.get(owner, name), owner, given);
}

/** Objects with the addon's methods, and imitations of them. */
function objects(addon: NativeAddon, producer: NativeProducer, consumer: NativeConsumer) {
  return [producer, consumer, addon.Producer.prototype, Object.create(producer), new Proxy(producer, {}), {}, undefined, 1];
}

function onForeignObjects(addon: NativeAddon, producer: NativeProducer, consumer: NativeConsumer): Misuse[] {
  const others = objects(addon, producer, consumer);
  return [addon.Producer, addon.Consumer, addon.MockCluster].flatMap((owner) =>
    Object.entries(Object.getOwnPropertyDescriptors(owner.prototype))
      .filter(([name]) => name !== "constructor")
      .flatMap(([name, { value: method }]) =>
        others
          .filter((other) => !(other === producer && owner === addon.Producer) && !(other === consumer && owner === addon.Consumer))
          .map((other, place): Misuse => [
            `${owner.name}.${name} on object ${place}`,
            () => Reflect.apply(method, other, sevenZeros),
            foreign,
          ]),
      ),
  );
}

const sevenZeros = [0, 0, 0, 0, 0, 0, 0];

function construction(addon: NativeAddon, brokers: string): Misuse[] {
  const { Producer, Consumer, MockCluster } = addon;
  const properties = ["bootstrap.servers", brokers];
  const make =
    (constructor: unknown, ...given: unknown[]) =>
    () =>
      Reflect.construct(constructor as typeof Object, given);
  return [
    [
      "Producer without new",
      () => Reflect.apply(Producer as never, {}, [properties, "payments", 1, 1, true]),
      /without new|cannot call a class/iu,
    ],
    ["Producer without arguments", make(Producer), /too few/u],
    ["Producer with properties that are not an array", make(Producer, "text", "payments", 1, 1, true), /array was expected/u],
    ["Producer with a property that is not a string", make(Producer, ["client.id", 1], "payments", 1, 1, true), /string was expected/u],
    ["Producer with a sparse array of properties", make(Producer, Array(4), "payments", 1, 1, true), /string was expected/u],
    ["Producer with a property without a value", make(Producer, ["client.id"], "payments", 1, 1, true), /without a value/u],
    ["Producer with a NUL character in its topic", make(Producer, properties, "pay\0ments", 1, 1, true), /NUL/u],
    ["Producer with a limit of 0", make(Producer, properties, "payments", 0, 1, true), outOfRange],
    ["Producer with an infinite limit", make(Producer, properties, "payments", 1, Infinity, true), outOfRange],
    ["Producer with a limit of NaN", make(Producer, properties, "payments", NaN, 1, true), outOfRange],
    [
      "Producer with a partitioner option that is not a boolean",
      make(Producer, properties, "payments", 1, 1, "yes"),
      /boolean was expected/u,
    ],
    ["Consumer with positions of the wrong array type", make(Consumer, properties, "payments", new Float32Array(3), false), wrongKind],
    [
      "Consumer with a negative offset",
      make(Consumer, properties, "payments", Float64Array.of(0, -1, Infinity), false),
      /not a partition/u,
    ],
    [
      "Consumer with an offset of NaN",
      make(Consumer, properties, "payments", Float64Array.of(0, NaN, Infinity), false),
      /not a partition/u,
    ],
    [
      "Consumer with an offset above 2^53",
      make(Consumer, properties, "payments", Float64Array.of(0, 2 ** 60, Infinity), false),
      /not a partition/u,
    ],
    ["Consumer with half a position", make(Consumer, properties, "payments", Float64Array.of(0, 1, 2, 3), false), /not a partition/u],
    [
      "Consumer with a fractional offset",
      make(Consumer, properties, "payments", Float64Array.of(0, 0.5, Infinity), false),
      /not a partition/u,
    ],
    ["Consumer with an end of NaN", make(Consumer, properties, "payments", Float64Array.of(0, 0, NaN), false), /not a partition/u],
    [
      "Consumer with an end of -Infinity",
      make(Consumer, properties, "payments", Float64Array.of(0, 0, -Infinity), false),
      /not a partition/u,
    ],
    ["Consumer without the choice of headers", make(Consumer, properties, "payments", Float64Array.of(0, 0, 1)), /too few/u],
    [
      "Consumer with a choice of headers that is not a boolean",
      make(Consumer, properties, "payments", Float64Array.of(0, 0, 1), 1),
      /boolean was expected/u,
    ],
    ["MockCluster with 0 brokers", make(MockCluster, 0), outOfRange],
    ["MockCluster with a string", make(MockCluster, "1"), notANumber],
  ];
}

function batches(producer: NativeProducer): Misuse[] {
  const bytes = new Uint8Array(30);
  const offsets = Uint32Array.of(0, 1, 10, 11, 20, 21, 30);
  const weights = new Uint32Array(3);
  const produce = (...given: unknown[]) => called(producer, "produce", ...given);
  return [
    ["produce() without arguments", produce(), /too few/u],
    ["produce() of more messages than offsets", produce(4, bytes, offsets, new Uint32Array(4), 0, 0), /too few offsets/u],
    ["produce() of more messages than weights", produce(3, bytes, offsets, weights.subarray(1), 0, 0), /too few weights/u],
    ["produce() of 2^30 messages", produce(2 ** 30, bytes, offsets, weights, 0, 0), /too few offsets/u],
    ["produce() of 2^32 + 1 messages", produce(2 ** 32 + 1, bytes, offsets, weights, 0, 0), outOfRange],
    ["produce() from an index beyond the batch", produce(3, bytes, offsets, weights, 4, 0), /beyond the batch/u],
    ["produce() of decreasing offsets", produce(3, bytes, offsets.toReversed(), weights, 0, 0), /below the one before/u],
    ["produce() of offsets beyond the bytes", produce(3, bytes.subarray(1), offsets, weights, 0, 0), /beyond the bytes/u],
    ["produce() of detached bytes", produce(3, detached(), offsets, weights, 0, 0), /detached|beyond the bytes/u],
    ["produce() of a plain array", produce(3, [...bytes], offsets, weights, 0, 0), wrongKind],
    ["produce() of signed offsets", produce(3, bytes, Int32Array.from(offsets), weights, 0, 0), wrongKind],
    ["produce() of clamped bytes", produce(3, new Uint8ClampedArray(30), offsets, weights, 0, 0), wrongKind],
    ["produce() of a DataView", produce(3, new DataView(bytes.buffer), offsets, weights, 0, 0), wrongKind],
    ["produce() with a wait time that is not a number", produce(3, bytes, offsets, weights, 0, "long"), notANumber],
    ["statistics() into an array that is too short", () => producer.statistics(new Float64Array(484 - 10)), /too short/u],
    ["statistics() into an array of the wrong type", called(producer, "statistics", new Float32Array(1_000)), wrongKind],
    ["flush() with a negative time", () => producer.flush(-1), outOfRange],
    ["purge() with half a millisecond", () => producer.purge(0.5), outOfRange],
  ];
}

function requests(addon: NativeAddon, producer: NativeProducer, consumer: NativeConsumer, brokers: string): Misuse[] {
  const properties = ["bootstrap.servers", brokers];
  const request = (...given: unknown[]) => called(addon, "request", ...given);
  return [
    ["request() of an unknown kind", request("dropTopic", properties, ["payments"], 1), /no such request/u],
    ["request() with too few values", request("createTopic", properties, ["payments"], 1), /no such request/u],
    ["request() with values that are not strings", request("createTopic", properties, ["payments", 1, 1], 1), /string was expected/u],
    ["request() with a timeout of 0", request("metadata", properties, [], 0), outOfRange],
    ["cancel() of a producer", called(addon, "cancel", producer), foreign],
    ["cancel() of undefined", called(addon, "cancel", undefined), foreign],
    ["partitionOf() with 0 partitions", () => addon.partitionOf(new Uint8Array(4), 0), outOfRange],
    ["partitionOf() of a string", called(addon, "partitionOf", "key", 3), wrongKind],
    ["nextBatch() of 0 messages", () => consumer.nextBatch(0, 1, 0), outOfRange],
    ["nextBatch() of half a message", () => consumer.nextBatch(0.5, 1, 0), outOfRange],
    ["nextBatch() of too many bytes", () => consumer.nextBatch(1, 2 ** 31, 0), outOfRange],
  ];
}

/** All invalid calls. producer and consumer must be open; the caller closes them. */
export function misuses(addon: NativeAddon, producer: NativeProducer, consumer: NativeConsumer, brokers: string): Misuse[] {
  return [
    ...onForeignObjects(addon, producer, consumer),
    ...construction(addon, brokers),
    ...batches(producer),
    ...requests(addon, producer, consumer, brokers),
  ];
}
