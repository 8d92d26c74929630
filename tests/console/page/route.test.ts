import { expect, test } from "bun:test";
import { assert, constantFrom, dictionary, property, string } from "fast-check";
import { liveRequest } from "../../../src/console/page/live-request.ts";
import { formatRoute, parseRoute, routeTitle, viewNames, withParameters } from "../../../src/console/page/route.ts";

const parse = (address: string): ReturnType<typeof parseRoute> => {
  const { pathname, search } = new URL(address, "http://localhost");
  return parseRoute(pathname, search);
};

test("parseRoute() reads what formatRoute() wrote, for any text of a parameter", () => {
  const names = ["topic", "from", "filter", "show", "sql", "engine", "log", "column"];
  assert(
    property(constantFrom(...viewNames), dictionary(constantFrom(...names), string({ unit: "grapheme", minLength: 1 })), (view, given) => {
      const route = withParameters({ view, parameters: {} }, given);
      expect(parse(formatRoute(route))).toEqual(route);
    }),
  );
});

test("parseRoute() ignores unknown parameters and shows the pipeline for an unknown path", () => {
  expect(parse("/windows?show=late&topic=x&__proto__=1&order=")).toEqual({ view: "windows", parameters: { show: "late" } });
  expect(parse("/unknown?show=late")).toEqual({ view: "pipeline", parameters: {} });
});

test("formatRoute() writes short addresses in one order", () => {
  expect(formatRoute({ view: "pipeline", parameters: {} })).toBe("/");
  expect(formatRoute(withParameters({ view: "messages", parameters: { filter: "a = 1" } }, { topic: "t", partition: "" }))).toBe(
    "/messages?topic=t&filter=a+%3D+1",
  );
});

test("routeTitle() starts with what distinguishes tabs", () => {
  expect(routeTitle(parse("/"), "s1")).toBe("Pipeline – s1 – streamctl");
  expect(routeTitle(parse("/messages?topic=orders"), "s1")).toBe("orders, messages – s1 – streamctl");
  expect(routeTitle(parse("/windows?show=differing&column=c"), "s1")).toBe("differing, windows – s1 – streamctl");
});

test("liveRequest() asks for what the view shows, and nothing else", () => {
  const addresses = [
    "/",
    "/messages?topic=t",
    "/messages?topic=t&from=live&partition=2&filter=x",
    "/messages?topic=t&from=live&tab=groups",
    "/windows",
    "/query",
    "/processor",
    "/services?log=kafka",
  ];
  expect(addresses.map((address) => liveRequest(parse(address)))).toEqual([
    {},
    {},
    { tail: "t", partition: "2", filter: "x" },
    {},
    { windows: "1" },
    {},
    { processor: "1" },
    { services: "1", log: "kafka" },
  ]);
});
