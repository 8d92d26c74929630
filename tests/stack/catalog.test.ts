import { describe, expect, test } from "bun:test";
import { readAsset } from "../../src/core/assets.ts";
import { renderTemplate } from "../../src/core/template.ts";
import { portsAt } from "../../src/stack/ports.ts";
import { desiredServices, everyService } from "../../src/stack/services/catalog.ts";
import { pinotBrokersVariable } from "../../src/stack/services/pinot.ts";

const names = (only: readonly string[] | undefined): readonly string[] => desiredServices({ portOffset: 0, only }).map(({ name }) => name);

describe("desiredServices()", () => {
  test("adds what a chosen service needs", () => {
    expect(names(["kafka"])).toEqual(["kafka"]);
    expect(names(["pinot"])).toEqual(["kafka", "zookeeper", "pinot"]);
    expect(names(["flink"])).toEqual(["kafka", "flink"]);
    expect(names(undefined)).toEqual(["kafka", "zookeeper", "pinot", "flink"]);
  });

  test("refuses a service that does not exist, and one of a later version", () => {
    expect(() => names(["kafak"])).toThrow('Cannot use service "kafak": there is no such service');
    expect(() => names(["console"])).toThrow('Cannot use service "console": not available in this version');
  });

  test("has the service of the chosen processor and no other one", () => {
    const of = (processor: "flink" | "ksqldb" | "none", only?: readonly string[]): readonly string[] =>
      desiredServices({ portOffset: 0, processor, only }).map(({ name }) => name);
    expect(of("ksqldb")).toEqual(["kafka", "zookeeper", "pinot", "ksqldb"]);
    expect(of("ksqldb", ["ksqldb"])).toEqual(["kafka", "ksqldb"]);
    expect(of("none")).toEqual(["kafka", "zookeeper", "pinot"]);
    expect(of("none", ["ksqldb"])).toEqual(["kafka"]);
    expect(() => of("ksqldb", ["flink"])).toThrow('Cannot use service "flink": the processor of this stack is ksqldb');
    expect(() => of("flink", ["ksqldb"])).toThrow('Cannot use service "ksqldb": the processor of this stack is flink');
  });

  test("gives each service ports of its own, every one moved by the offset", () => {
    const ports = everyService({ portOffset: 1000 }).flatMap((service) => service.ports.map(({ port }) => port));
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports.toSorted((a, b) => a - b)).toEqual(
      Object.values(portsAt(0))
        .map((port) => port + 1000)
        .toSorted((a, b) => a - b),
    );
  });

  test("names Pinot's instances by no port, and its Kafka by a variable, so that what belongs to them is found again on other ports", () => {
    const idsAt = (portOffset: number): readonly string[] =>
      everyService({ portOffset })
        .filter(({ name }) => name === "pinot")
        .flatMap(({ values, files }) =>
          files.flatMap(({ asset }) => {
            const text = renderTemplate(readAsset(asset), { ...values, confDir: "/conf", dataDir: "/data" }, asset);
            return text.split("\n").filter((line) => /instance\.?id=/iu.test(line));
          }),
        );
    expect(idsAt(0)).toEqual([
      "pinot.controller.instance.id=Controller_streamctl_0",
      "instanceId=Broker_streamctl_0",
      "pinot.server.instance.id=Server_streamctl_0",
    ]);
    expect(idsAt(1000)).toEqual(idsAt(0));
    const brokers = (runtime: "local" | "docker") =>
      everyService({ runtime, portOffset: 1000 }).find(({ name }) => name === "pinot")?.env[pinotBrokersVariable];
    expect([brokers("local"), brokers("docker")]).toEqual(["127.0.0.1:10092", "kafka:19092"]);
  });

  test("gives every template the values that it names", () => {
    for (const { values, files } of everyService({ portOffset: 0 })) {
      for (const { asset } of files) {
        expect(renderTemplate(readAsset(asset), { ...values, confDir: "/conf", dataDir: "/data" }, asset)).not.toContain("{{");
      }
    }
  });
});
