/** Classifies the error messages of container engines. Most of the texts were observed, some are from documentation. */

type Environment = Readonly<Record<string, string | undefined>>;

const hints: readonly (readonly [RegExp, (match: readonly string[], environment: Environment) => string])[] = [
  [
    /docker-credential-([\w-]+)/u,
    ([, helper = ""]) =>
      `Install docker-credential-${helper}, or remove "${helper}" from credsStore and credHelpers in ~/.docker/config.json`,
  ],
  [
    /does not match the specified platform|exec format error|no matching manifest|unknown operating system or architecture/iu,
    (_, { DOCKER_DEFAULT_PLATFORM: platform = "" }) =>
      platform === ""
        ? "Set base images for this machine's platform: STREAMCTL_BASE_IMAGE, STREAMCTL_BUILD_IMAGE"
        : `Unset DOCKER_DEFAULT_PLATFORM (${platform}): this machine or the base images do not support it`,
  ],
  [/BuildKit is enabled but/iu, () => "Set DOCKER_BUILDKIT=0, or install Docker's buildx"],
  [
    /repository name \(library\/\$\{|contacting notary server|trust data/iu,
    () => "Unset DOCKER_CONTENT_TRUST: images that are built here are not signed",
  ],
  [/no space left on device/iu, () => "Free space on the container engine's disk (docker system df shows what uses it)"],
  [/non-overlapping IPv4 address pool|fully subnetted/iu, () => "Remove networks that no container uses: docker network prune"],
  [
    /port is already allocated|address already in use/iu,
    () => "Stop the container that publishes the port (docker ps), or choose other ports: streamctl up --port-offset 1000",
  ],
  [
    /[Nn]etwork (\S+) was found but has incorrect label/u,
    ([, network = ""]) => `Remove the network of this name, which streamctl did not create: docker network rm ${network}`,
  ],
];

/** How to fix a known error; undefined for any other. */
export function hintOf(output: string, environment: Environment = process.env): string | undefined {
  for (const [pattern, hint] of hints) {
    const match = pattern.exec(output);
    if (match) return hint(match, environment);
  }
  return undefined;
}

/** Whether a base image could not be pulled, as opposed to a failed build. */
export function couldNotPull(output: string): boolean {
  return /pull access denied|manifest unknown|failed to resolve|error pulling|dial tcp|TLS handshake/iu.test(output);
}

/** Whether the error says that a container does not exist. */
export function isNoSuchContainer(output: string): boolean {
  return /no such (?:container|object)/iu.test(output);
}

const preamble = /^(?:Error response from daemon|Error|ERROR): /u;

/** The reason in an engine's output: the first error line, because later ones are consequences. */
export function reasonOf(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const line = lines.find((candidate) => preamble.test(candidate)) ?? lines.findLast((candidate) => candidate !== "");
  return (line ?? "the container engine gives no reason").replace(preamble, "").replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/gu, "$1");
}
