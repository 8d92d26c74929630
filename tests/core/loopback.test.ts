import { expect, test } from "bun:test";
import { isLoopback } from "../../src/core/loopback.ts";

test("isLoopback() accepts loopback names and addresses only", () => {
  const own = ["localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.9.8.7", "::1", "[::1]", "::ffff:127.0.0.1", "[::ffff:7f00:1]"];
  const others = ["127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "::2", "[::ffff:a00:1]", "kafka", "", "127"];
  expect([own.filter((host) => !isLoopback(host)), others.filter(isLoopback)]).toEqual([[], []]);
});
