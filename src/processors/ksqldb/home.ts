/** Where ksqlDB is installed: Confluent's archive, any folder that holds its jars, or Confluent's image, which is laid out as the archive. */

import type { InstalledJars } from "../../stack/service.ts";

/** The class that a folder of ksqlDB's jars must hold. */
export const ksqldbMainClass = "io.confluent.ksql.rest.server.KsqlServerMain";

/** In the order of the archive's own start script: what stands first wins. */
const archiveFolders: readonly string[] = [
  "ksqldb-tools",
  "confluent-security/ksql",
  "monitoring-interceptors",
  "ksqldb",
  "ksqldb-cli",
  "ksqldb-rest-app",
  "ksqldb-engine",
  "rest-utils",
  "ksqldb-examples",
  "confluent-telemetry",
  "confluent-common",
].map((name) => `share/java/${name}`);

/** @param home the user's folder; undefined where Confluent's image is taken */
export function ksqldbJars(home: string | undefined): InstalledJars {
  return {
    kind: "folder",
    engine: "ksqldb",
    label: "ksqlDB",
    home,
    archiveFolders,
    versionJar: "ksqldb-rest-app",
    option: "--ksqldb-home DIR",
    homeHint: "Give the folder of Confluent's archive, the one with bin/ksql-server-start, or one with ksqlDB's jars: --ksqldb-home DIR",
    image: {
      dockerfile: "dockerfiles/ksqldb.Dockerfile",
      argument: "KSQLDB_IMAGE",
      root: "/usr",
      label: "Confluent's image",
      withoutImage:
        "Where Confluent's image cannot be pulled, name another (STREAMCTL_KSQLDB_IMAGE), a folder with its archive or jars " +
        "(--ksqldb-home DIR) or a running server (--ksqldb-url URL)",
    },
  };
}
