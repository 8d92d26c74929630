import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readAsset } from "../../src/core/assets.ts";
import { renderTemplate } from "../../src/core/template.ts";
import { everyService, requireValidCatalog, type ServiceCatalog, services } from "../../src/pipeline/catalog.ts";
import { defaultServices, desiredServices } from "../../src/pipeline/stack-services.ts";
import type { ServiceType } from "../../src/stack/service-type.ts";
import { probeLines } from "../../src/stack/docker/compose-file.ts";
import { pinotBrokersVariable } from "../../src/stores/pinot/service.ts";

const local = { runtime: "local", portOffset: 0 } as const;
const of = (processor: string, only?: readonly string[], external = false): readonly string[] =>
  desiredServices({ ...local, processor, external, only }).map(({ name }) => name);

describe("desiredServices()", () => {
  test("adds the dependencies of a requested service", () => {
    expect(of("flink", ["kafka"])).toEqual(["kafka"]);
    expect(of("flink", ["pinot"])).toEqual(["kafka", "zookeeper", "pinot"]);
    expect(of("flink", ["flink"])).toEqual(["kafka", "flink"]);
    expect(of("flink")).toEqual(["kafka", "zookeeper", "pinot", "flink", "console"]);
    expect(defaultServices(local).map(({ name }) => name)).toEqual(["kafka", "zookeeper", "pinot", "flink", "console"]);
  });

  test("refuses a service that does not exist", () => {
    expect(() => of("flink", ["kafak"])).toThrow('Cannot use service "kafak": there is no such service');
    expect(() => of("flink", ["toString"])).toThrow('Cannot use service "toString": there is no such service');
  });

  test("includes the service of the chosen processor only", () => {
    expect(of("ksqldb")).toEqual(["kafka", "zookeeper", "pinot", "ksqldb", "console"]);
    expect(of("ksqldb", ["ksqldb"])).toEqual(["kafka", "ksqldb"]);
    expect(of("ksqldb", undefined, true)).toEqual(["kafka", "zookeeper", "pinot", "console"]);
    expect(of("ksqldb", ["ksqldb"], true)).toEqual(["kafka"]);
    expect(() => of("ksqldb", ["flink"])).toThrow('Cannot use service "flink": the processor of this stack is ksqldb');
    expect(() => of("flink", ["ksqldb"])).toThrow('Cannot use service "ksqldb": the processor of this stack is flink');
    expect(() => of("ksqldb", ["flink"], true)).toThrow(
      'Cannot use service "flink": the processor of this stack is an external ksqlDB server',
    );
  });
});

/** A FAKE service, which is never started. */
function serviceOf(name: string, port: number, dependencies: Partial<Pick<ServiceType, "after" | "needs">> = {}): ServiceType {
  const define = (): never => {
    throw new Error("not started here");
  };
  return { name, label: name, kind: "jvm", ports: { [name]: { label: name, port } }, after: [], needs: [], ...dependencies, define };
}

describe("requireValidCatalog()", () => {
  test("accepts the catalog of this version", () => {
    expect(() => requireValidCatalog(services)).not.toThrow();
  });

  const wrong: readonly (readonly [what: string, catalog: ServiceCatalog, says: string])[] = [
    ["a service under another name", { a: serviceOf("b", 1) }, '"b" is registered as "a"'],
    ["an unknown dependency", { a: serviceOf("a", 1, { needs: ["b"] }) }, '"a" depends on "b", which does not exist'],
    ["a port number that two have", { a: serviceOf("a", 1), b: serviceOf("b", 1) }, '"a" and "b" both have port b (1)'],
    [
      "a port name that two have",
      { a: serviceOf("a", 1), b: { ...serviceOf("b", 2), ports: { a: { label: "B", port: 2 } } } },
      '"a" and "b" both have port a (2)',
    ],
    [
      "a circle",
      { a: serviceOf("a", 1, { after: ["b"] }), b: serviceOf("b", 2, { needs: ["c"] }), c: serviceOf("c", 3, { after: ["a"] }) },
      '"a" and "b" depend on each other',
    ],
    ["a service that depends on itself", { a: serviceOf("a", 1, { after: ["a"] }) }, '"a" and "a" depend on each other'],
  ];
  test.each(wrong)("refuses %s", (_, catalog, says) => {
    expect(() => requireValidCatalog(catalog)).toThrow(`The catalog of services is invalid: ${says}`);
  });
});

describe("everyService()", () => {
  test("gives each service its own ports, with the offset added", () => {
    const ports = (portOffset: number) =>
      everyService({ ...local, portOffset }).flatMap((service) => service.ports.map(({ port }) => port));
    expect(new Set(ports(1000)).size).toBe(ports(1000).length);
    expect(ports(1000)).toEqual(ports(0).map((port) => port + 1000));
    expect(ports(0)).toEqual([9092, 9093, 2181, 9000, 8099, 8098, 8097, 8081, 8083, 8088, 4040, 4041, 8082, 8084, 8080, 8090]);
  });

  test("keeps ports out of the names of Pinot's instances and out of its Kafka address, so that they stay valid on other ports", () => {
    const idsAt = (portOffset: number): readonly string[] =>
      everyService({ ...local, portOffset })
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

  test("asks no service more questions than the health check of its image has time for", () => {
    const secondsIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.groups?.["seconds"]);
    const perQuestion = secondsIn(readFileSync("dockerfiles/healthcheck", "utf8"), /^SECONDS_PER_CHECK=(?<seconds>\d+)$/mu);
    const timeouts = ["engine", "ksqldb"].map((image) =>
      secondsIn(readFileSync(`dockerfiles/${image}.Dockerfile`, "utf8"), /^HEALTHCHECK .*--timeout=(?<seconds>\d+)s/mu),
    );
    const questions = everyService(local).map(({ probe }) => probeLines(probe, []).length);
    // A second to start the check, and to read its answers.
    expect(Math.max(...questions) * perQuestion + 1).toBeLessThanOrEqual(Math.min(...timeouts));
  });

  test("provides all values that the templates use", () => {
    for (const { values, files } of everyService(local)) {
      for (const { asset } of files) {
        const folders = { confDir: "/conf", dataDir: "/data", secretDir: "/secrets" };
        expect(renderTemplate(readAsset(asset), { ...values, ...folders }, asset)).not.toContain("{{");
      }
    }
  });
});

test("everyService() gives a JVM the same options at all ports, so that all stacks use the same class-data archive", () => {
  const optionsAt = (portOffset: number): readonly (readonly string[])[] =>
    everyService({ runtime: "local", portOffset }).map(({ process: program }) => (program.kind === "jvm" ? program.jvmOptions : []));
  expect(optionsAt(1000)).toEqual(optionsAt(0));
});
