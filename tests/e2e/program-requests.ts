/** Requests to the control interface of a program, as web pages send them. */

import { expect } from "bun:test";

/** Pages of other sites, and a page whose own name resolves to 127.0.0.1. @param controlUrl without a trailing slash */
export async function expectToRefuseWebPages(controlUrl: string): Promise<void> {
  const url = `${controlUrl}/computations`;
  const port = new URL(url).port;
  for (const request of [
    { method: "POST", body: "{}", headers: { origin: "http://evil.example" } },
    { method: "GET", headers: { origin: "null" } },
    { method: "GET", headers: { host: `evil.example:${port}` } },
  ]) {
    const answer = await fetch(url, request);
    expect([answer.status, await answer.json()]).toEqual([400, { error: "requests of web pages are refused" }]);
  }
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    expect((await fetch(url, { headers: { host } })).status).toBe(200);
  }
}
