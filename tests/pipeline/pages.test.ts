import { expect, test } from "bun:test";
import { openPages, pagesOf } from "../../src/pipeline/pages.ts";

const choices = { runtime: "local", portOffset: 1000 } as const;
const passwordFile = "/state/superset/admin-password";
const named = (...names: readonly string[]) => names.map((name) => ({ name }));

test("openPages() returns the pages of the stack's services only, with the offset added", () => {
  expect(openPages(choices, named("kafka", "zookeeper", "pinot", "flink"), { slugs: ["income"], passwordFile })).toEqual([
    { service: "pinot", label: "Pinot", url: "http://127.0.0.1:10000" },
    { service: "flink", label: "Flink", url: "http://127.0.0.1:9081" },
  ]);
  expect(openPages(choices, named("kafka", "ksqldb"), { slugs: [], passwordFile })).toEqual([]);
});

test("openPages() returns each dashboard, and where the password for editing it is", () => {
  const page = { service: "superset", label: "Superset", login: { user: "admin", passwordFile } };
  const of = (...slugs: readonly string[]) => openPages(choices, named("superset"), { slugs, passwordFile });
  expect(of("income", "mine")).toEqual([
    { ...page, url: "http://127.0.0.1:9090/superset/dashboard/income/" },
    { ...page, url: "http://127.0.0.1:9090/superset/dashboard/mine/" },
  ]);
  expect(of()).toEqual([{ ...page, url: "http://127.0.0.1:9090" }]);
});

test("pagesOf() returns a page of each service that has one, in the order of the services, and none for an unknown one", () => {
  const labels = (...names: readonly string[]) => pagesOf(choices, named(...names)).map(({ service, label }) => `${service}: ${label}`);
  expect(labels("superset", "kafka", "console", "unknown", "constructor", "pinot")).toEqual([
    "superset: Superset",
    "console: Console",
    "pinot: Pinot",
  ]);
  expect(pagesOf({ runtime: "docker", portOffset: 0 }, named("console"))).toEqual([
    { service: "console", label: "Console", url: "http://127.0.0.1:8080" },
  ]);
});
