/** What a container engine says where it refuses, and what is to be changed then. Most texts were seen on an engine, some are from documentation. */

type Environment = Readonly<Record<string, string | undefined>>;

const hints: readonly (readonly [RegExp, (match: readonly string[], environment: Environment) => string])[] = [
  [
    /docker-credential-([\w-]+)/u,
    ([, helper = ""]) =>
      `Install docker-credential-${helper}, or take "${helper}" out of credsStore and credHelpers in ~/.docker/config.json (DOCKER_CONFIG names another folder)`,
  ],
  [
    /does not match the specified platform|exec format error|no matching manifest|unknown operating system or architecture/iu,
    (_, { DOCKER_DEFAULT_PLATFORM: platform = "" }) =>
      platform === ""
        ? "Name base images that are made for this machine: STREAMCTL_BASE_IMAGE, STREAMCTL_BUILD_IMAGE"
        : `DOCKER_DEFAULT_PLATFORM is ${platform}, which this machine or the base images are not: unset it`,
  ],
  [/BuildKit is enabled but/iu, () => "Set DOCKER_BUILDKIT=0, or install Docker's buildx"],
  [
    /repository name \(library\/\$\{|contacting notary server|trust data/iu,
    () => "Unset DOCKER_CONTENT_TRUST: nobody signs images that are built here",
  ],
  [/no space left on device/iu, () => "Make room on the disk of the container engine: docker system df shows what is in use"],
  [/non-overlapping IPv4 address pool|fully subnetted/iu, () => "Remove networks that no container uses: docker network prune"],
  [
    /port is already allocated|address already in use/iu,
    () => "Stop the container that publishes the port (docker ps), or choose other ports: streamctl up --port-offset 1000",
  ],
  [
    /[Nn]etwork (\S+) was found but has incorrect label/u,
    ([, network = ""]) => `Remove the network that has our name and was not made by us: docker network rm ${network}`,
  ],
];

/** What to change so that the engine no longer refuses; undefined where that is not known. */
export function hintOf(output: string, environment: Environment = process.env): string | undefined {
  for (const [pattern, hint] of hints) {
    const match = pattern.exec(output);
    if (match) return hint(match, environment);
  }
  return undefined;
}

/** Whether an image could not be fetched, as opposed to built. */
export function couldNotPull(output: string): boolean {
  return /pull access denied|manifest unknown|failed to resolve|error pulling|dial tcp|TLS handshake/iu.test(output);
}

/** Whether an engine that was asked about a container has none of that name or id. */
export function saysNoContainer(output: string): boolean {
  return /no such (?:container|object)/iu.test(output);
}

const preamble = /^(?:Error response from daemon|Error|ERROR): /u;

/** Why an engine refuses: the first line that names an error, of which the others are consequences. */
export function reasonOf(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const line = lines.find((candidate) => preamble.test(candidate)) ?? lines.findLast((candidate) => candidate !== "");
  return (line ?? "the container engine gives no reason").replace(preamble, "").replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/gu, "$1");
}
