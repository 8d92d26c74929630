import { expect, test } from "bun:test";
import { hintOf, reasonOf } from "../../../src/stack/docker/refusals.ts";

// Each text as docker 20.10 with compose 1.29 gave it.
const said = {
  helper: "docker.credentials.errors.InitializationError: docker-credential-desktop not installed or not available in PATH",
  platform:
    "invalid from flag value jars: image with reference sha256:291d was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64",
  trust: "error during connect: Post: invalid reference format: repository name (library/${BUILD_IMAGE}) must be lowercase",
  buildKit: "ERROR: BuildKit is enabled but the buildx component is missing or broken.",
};

test("hintOf() names what is to be changed in the environment", () => {
  expect(hintOf(said.helper)).toBe(
    'Install docker-credential-desktop, or take "desktop" out of credsStore and credHelpers in ~/.docker/config.json (DOCKER_CONFIG names another folder)',
  );
  expect(hintOf(said.platform, { DOCKER_DEFAULT_PLATFORM: "linux/arm64" })).toBe(
    "DOCKER_DEFAULT_PLATFORM is linux/arm64, which this machine or the base images are not: unset it",
  );
  expect(hintOf(said.platform, {})).toBe("Name base images that are made for this machine: STREAMCTL_BASE_IMAGE, STREAMCTL_BUILD_IMAGE");
  expect(hintOf(said.trust)).toBe("Unset DOCKER_CONTENT_TRUST: nobody signs images that are built here");
  expect(hintOf(said.buildKit)).toBe("Set DOCKER_BUILDKIT=0, or install Docker's buildx");
  expect(hintOf("Service 'kafka' failed to build : Build failed")).toBeUndefined();
});

test("reasonOf() is the first error without its preamble, or else the last line", () => {
  expect(reasonOf("WARNING: config\nError response from daemon: network abc not found\nError: failed to start containers: c")).toBe(
    "network abc not found",
  );
  expect(reasonOf("one\ntwo\n")).toBe("two");
  expect(reasonOf("")).toBe("the container engine gives no reason");
});
