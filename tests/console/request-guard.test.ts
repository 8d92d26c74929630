import { expect, test } from "bun:test";
import { type GuardedRequest, refusalOf } from "../../src/console/request-guard.ts";

const request = (headers: GuardedRequest["headers"], url = "/api/stack", method = "GET"): GuardedRequest => ({
  method,
  url,
  headers: { host: "127.0.0.1:9080", ...headers },
});

const statusOf = (...args: Parameters<typeof request>): number | undefined => refusalOf(request(...args))?.status;

test("refusalOf() accepts the names of this machine, with any port or none", () => {
  const hosts = ["127.0.0.1", "127.0.0.1:9080", "localhost", "localhost:1", "[::1]", "[::1]:9080"];
  expect(hosts.map((host) => statusOf({ host }))).toEqual(hosts.map(() => undefined));
});

test("refusalOf() refuses other names, also of pages that resolve to this machine, and a request without one", () => {
  const hosts = ["example.com", "127.0.0.1.example.com", "localhost.example.com:9080", "127.0.0.1:9080:1", "::1", "", "LOCALHOST@x"];
  expect(hosts.map((host) => statusOf({ host }))).toEqual(hosts.map(() => 403));
  expect(refusalOf({ method: "GET", url: "/", headers: {} })).toEqual({
    status: 403,
    message: 'Host "" is not allowed: open the console at 127.0.0.1 or localhost',
  });
});

test("refusalOf() accepts only requests that read, and a query", () => {
  expect(["GET", "HEAD"].map((method) => statusOf({}, "/", method))).toEqual([undefined, undefined]);
  expect(["POST", "PUT", "DELETE", "OPTIONS", "get"].map((method) => statusOf({}, "/api/stack", method))).toEqual([
    405, 405, 405, 405, 405,
  ]);
  expect(statusOf({}, "/api/query", "POST")).toBeUndefined();
  expect(["/api/query?x", "/api/query/schema"].map((url) => statusOf({}, url, "POST"))).toEqual([405, 405]);
});

test("refusalOf() accepts the origin of its own page only", () => {
  expect(statusOf({ origin: "http://127.0.0.1:9080" }, "/api/query", "POST")).toBeUndefined();
  const origins = ["http://127.0.0.1:9081", "http://localhost:9080", "https://127.0.0.1:9080", "https://example.com", "null", ""];
  expect(origins.map((origin) => statusOf({ origin }, "/api/query", "POST"))).toEqual(origins.map(() => 403));
});

test("refusalOf() accepts what the browser says is of this site, or of no site", () => {
  const sites = ["same-origin", "none", "same-site", "cross-site", "new-value"];
  expect(sites.map((site) => statusOf({ "sec-fetch-site": site }))).toEqual([undefined, undefined, 403, 403, 403]);
});

test("refusalOf() lets another site open the page, but load nothing", () => {
  const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  expect(["/", "/messages/orders?filter=x", "/apis", "/messages/a%20b"].map((url) => statusOf(link, url))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(statusOf({ ...link, "sec-fetch-dest": "iframe" }, "/")).toBe(403);
  expect(statusOf({ ...link, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" }, "/app.js")).toBe(403);
});

test("refusalOf() never lets another site navigate to /api, however its path is written", () => {
  const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  const urls = ["/api/stack", "/api", "/%61pi/stack", "/x/../api/stack", "//host/api/stack", "/\\host/api/stack", "http://host/api/stack"];
  expect(urls.map((url) => statusOf(link, url))).toEqual(urls.map(() => 403));
});
