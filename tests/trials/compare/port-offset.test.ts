import { describe, expect, test } from "bun:test";
import { freePortOffset } from "../../../src/trials/compare/port-offset.ts";

const base = [2181, 8080, 9092];

describe("freePortOffset()", () => {
  test("takes the first offset at which all ports are free, from a given place on", async () => {
    expect(await freePortOffset(base, async () => true, 0)).toBe(10_000);
    expect(await freePortOffset(base, async () => true, 2)).toBe(11_000);
    expect(await freePortOffset(base, async (ports) => !ports.includes(18_080), 0)).toBe(10_500);
    expect(await freePortOffset(base, async (ports) => ports.includes(12_181), 3)).toBe(10_000);
  });

  test("leaves the default ports to a stack that may be started meanwhile", async () => {
    expect(await freePortOffset([...base, 19_092], async () => true, 0)).toBe(10_500);
  });

  test("fails when there is none", async () => {
    const failure: unknown = await freePortOffset(base, async () => false, 0).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "port-taken", hint: "Choose them: --port-offset N" });
  });
});
