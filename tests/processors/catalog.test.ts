import { describe, expect, test } from "bun:test";
import { automaticProcessors, processorNames, processorOf, processorOptions, queryEngines } from "../../src/processors/catalog.ts";

describe("the catalog of processors", () => {
  test("provides options, their values and their order", () => {
    expect({
      names: processorNames,
      automatic: automaticProcessors.map(({ name }) => name),
      options: processorOptions.map(({ name }) => name),
      queryEngines,
    }).toEqual({
      names: ["ksqldb", "flink", "spark", "beam"],
      automatic: ["ksqldb", "flink"],
      options: ["ksqldb-url", "ksqldb-home"],
      queryEngines: ["ksqldb"],
    });
  });

  test("has each processor under its own name, and each position of --processor auto once", () => {
    expect(processorNames.map((name) => processorOf(name).name)).toEqual([...processorNames]);
    const ranks = automaticProcessors.map(({ automatic }) => automatic);
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  test("loads the plug-in of each processor, which supports queries if its declaration says so", async () => {
    for (const name of processorNames) {
      const declaration = processorOf(name);
      const plugin = await declaration.load();
      expect([name, plugin.queries !== undefined]).toEqual([name, declaration.takesQueries === true]);
    }
  });

  test("rejects a state with an unknown processor", () => {
    expect(() => processorOf("storm")).toThrow('Cannot use processor "storm": this version of streamctl does not support it');
  });
});
