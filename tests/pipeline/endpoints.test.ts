import { expect, test } from "bun:test";
import { endpointsOf, shownEndpoints } from "../../src/pipeline/endpoints.ts";
import { someChoices } from "../state/some-choices.ts";

const local = { ...someChoices, runtime: "local", portOffset: 1000 } as const;

test("endpointsOf() returns all ports that commands use, with the offset added", () => {
  expect(endpointsOf(local)).toEqual({
    kafka: "127.0.0.1:10092",
    kafkaForServices: "127.0.0.1:10092",
    pinotController: "http://127.0.0.1:10000",
    pinotBroker: "http://127.0.0.1:9099",
    flinkRest: "http://127.0.0.1:9081",
    flinkGateway: "http://127.0.0.1:9083",
    sparkUi: "http://127.0.0.1:5040",
    sparkControl: "http://127.0.0.1:5041",
    beamRest: "http://127.0.0.1:9082",
    beamControl: "http://127.0.0.1:9084",
    ksqldb: "http://127.0.0.1:9088",
    console: "http://127.0.0.1:9080",
    superset: "http://127.0.0.1:9090",
  });
  expect(endpointsOf({ ...local, runtime: "docker" }).kafkaForServices).toBe("kafka:19092");
});

test("shownEndpoints() returns the endpoints of the stack's services, and null for the others", () => {
  expect(shownEndpoints(endpointsOf(local), ["kafka", "flink"])).toEqual({
    kafka: "127.0.0.1:10092",
    pinotController: null,
    pinotBroker: null,
    flinkRest: "http://127.0.0.1:9081",
    flinkGateway: "http://127.0.0.1:9083",
    sparkUi: null,
    sparkControl: null,
    beamRest: null,
    beamControl: null,
    ksqldb: null,
    superset: null,
    console: null,
  });
  const external = { ...local, processor: "ksqldb", source: { url: "http://10.0.0.7:8088" } };
  expect(shownEndpoints(endpointsOf(external), ["kafka", "ksqldb"])).toMatchObject({ ksqldb: "http://10.0.0.7:8088", flinkRest: null });
});
