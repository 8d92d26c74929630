import { describe, expect, test } from "bun:test";
import { refusalOf } from "../../src/console/request-guard.ts";

const own = { host: "127.0.0.1:8080" };
const status = (method: string, url: string, headers: Readonly<Record<string, string>>) => refusalOf({ method, url, headers })?.status;

describe("refusalOf()", () => {
  test("accepts programs and the page itself, by any name of this machine", () => {
    for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"]) {
      expect([host, status("GET", "/api/stack", { host })]).toEqual([host, undefined]);
      const headers = { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" };
      expect([host, status("POST", "/api/query", headers)]).toEqual([host, undefined]);
    }
  });

  test("refuses a missing or foreign host, also one that resolves to this machine", () => {
    for (const host of ["example.com", "127.0.0.1.example.com:8080", "localhost.:8080", "0.0.0.0", ""])
      expect([host, status("GET", "/", { host })]).toEqual([host, 403]);
    expect(status("GET", "/", {})).toBe(403);
  });

  test("refuses another origin, another port of this machine included", () => {
    for (const origin of ["http://example.com", "null", "http://127.0.0.1:8081", "https://127.0.0.1:8080"])
      expect([origin, status("POST", "/api/query", { ...own, origin })]).toEqual([origin, 403]);
  });

  test("lets a link in another site open the page, but not request data or embed it", () => {
    const navigation = { ...own, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    expect(status("GET", "/windows", navigation)).toBeUndefined();
    expect(status("GET", "/api/stack", navigation)).toBe(403);
    expect(status("GET", "/", { ...navigation, "sec-fetch-dest": "iframe" })).toBe(403);
    expect(status("GET", "/app.js", { ...own, "sec-fetch-site": "same-site" })).toBe(403);
  });

  test("allows reading everywhere, and POST for queries only", () => {
    expect(status("HEAD", "/", own)).toBeUndefined();
    for (const [method, url] of [
      ["POST", "/api/stack"],
      ["PUT", "/api/query"],
      ["DELETE", "/"],
      ["OPTIONS", "/api/query"],
    ] as const)
      expect([method, url, status(method, url, own)]).toEqual([method, url, 405]);
  });
});
