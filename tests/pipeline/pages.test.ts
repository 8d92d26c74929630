import { expect, test } from "bun:test";
import { endpointsOf } from "../../src/pipeline/endpoints.ts";
import { pagesOf } from "../../src/pipeline/pages.ts";
import { someChoices } from "../state/some-choices.ts";

const endpoints = endpointsOf({ ...someChoices, portOffset: 1000 });
const passwordFile = "/state/superset/admin-password";

test("pagesOf() returns the pages of the stack's services only, with the offset added", () => {
  expect(pagesOf(endpoints, ["kafka", "zookeeper", "pinot", "flink"], { slugs: ["income"], passwordFile })).toEqual([
    { label: "Pinot, tables and queries", url: "http://127.0.0.1:10000" },
    { label: "Flink, jobs", url: "http://127.0.0.1:9081" },
  ]);
  expect(pagesOf(endpoints, ["kafka", "ksqldb"], { slugs: [], passwordFile })).toEqual([]);
});

test("pagesOf() returns each dashboard, and where the password for editing it is", () => {
  const login = { user: "admin", passwordFile };
  const label = "Superset, dashboards";
  expect(pagesOf(endpoints, ["superset"], { slugs: ["income", "mine"], passwordFile })).toEqual([
    { label, url: "http://127.0.0.1:9090/superset/dashboard/income/", login },
    { label, url: "http://127.0.0.1:9090/superset/dashboard/mine/", login },
  ]);
  expect(pagesOf(endpoints, ["superset"], { slugs: [], passwordFile })).toEqual([{ label, url: "http://127.0.0.1:9090", login }]);
});
