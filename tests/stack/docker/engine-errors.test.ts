import { expect, test } from "bun:test";
import { hintOf, reasonOf } from "../../../src/stack/docker/engine-errors.ts";

// Recorded with docker 20.10 and compose 1.29.
const said = {
  helper: "docker.credentials.errors.InitializationError: docker-credential-desktop not installed or not available in PATH",
  platform:
    "invalid from flag value jars: image with reference sha256:291d was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64",
  trust: "error during connect: Post: invalid reference format: repository name (library/${BUILD_IMAGE}) must be lowercase",
  buildKit: "ERROR: BuildKit is enabled but the buildx component is missing or broken.",
};

test("hintOf() names what to change in the environment", () => {
  expect(hintOf(said.helper)).toBe(
    'Install docker-credential-desktop, or remove "desktop" from credsStore and credHelpers in ~/.docker/config.json',
  );
  expect(hintOf(said.platform, { DOCKER_DEFAULT_PLATFORM: "linux/arm64" })).toBe(
    "Unset DOCKER_DEFAULT_PLATFORM (linux/arm64): this machine or the base images do not support it",
  );
  expect(hintOf(said.platform, {})).toBe("Set base images for this machine's platform: STREAMCTL_BASE_IMAGE, STREAMCTL_BUILD_IMAGE");
  expect(hintOf(said.trust)).toBe("Unset DOCKER_CONTENT_TRUST: images that are built here are not signed");
  expect(hintOf(said.buildKit)).toBe("Set DOCKER_BUILDKIT=0, or install Docker's buildx");
  expect(hintOf("Service 'kafka' failed to build : Build failed")).toBeUndefined();
});

test("reasonOf() is the first error without its prefix, otherwise the last line", () => {
  expect(reasonOf("WARNING: config\nError response from daemon: network abc not found\nError: failed to start containers: c")).toBe(
    "network abc not found",
  );
  expect(reasonOf("one\ntwo\n")).toBe("two");
  expect(reasonOf("")).toBe("the container engine gives no reason");
});
