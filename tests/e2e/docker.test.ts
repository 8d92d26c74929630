import { describe, test } from "bun:test";
import { runtimeContract } from "./runtime-contract.ts";

const extraCa = process.env["STREAMCTL_TEST_EXTRA_CA"] ?? "";

if (process.env["STREAMCTL_TEST_DOCKER"] === "1") {
  describe("a stack of containers", () =>
    runtimeContract({ runtime: "docker", portOffset: 21_000, args: extraCa === "" ? [] : ["--extra-ca", extraCa] }));
} else {
  test.skip("a stack of containers: SKIPPED, because it needs a container engine and builds images. Type: make test-docker", () => {});
}
