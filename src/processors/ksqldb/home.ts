/** Layouts of a ksqlDB installation: Confluent's archive, any folder with its jars, or Confluent's image, which has the layout of the archive. */

import type { InstalledJars } from "../../stack/service.ts";

/** The class that a folder with ksqlDB's jars must contain. */
export const ksqldbMainClass = "io.confluent.ksql.rest.server.KsqlServerMain";

/** Class path order of the archive's start script: the first match wins. */
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

/** @param home the user's folder; undefined for Confluent's image */
export function ksqldbJars(home: string | undefined): InstalledJars {
  return {
    kind: "folder",
    engine: "ksqldb",
    label: "ksqlDB",
    home,
    archiveFolders,
    versionJar: "ksqldb-rest-app",
    option: "--ksqldb-home DIR",
    homeHint: "Use the folder of Confluent's archive (with bin/ksql-server-start) or a folder with ksqlDB's jars: --ksqldb-home DIR",
    image: {
      dockerfile: "dockerfiles/ksqldb.Dockerfile",
      argument: "KSQLDB_IMAGE",
      root: "/usr",
      label: "Confluent's image",
      withoutImage:
        "If Confluent's image cannot be pulled, use another image (STREAMCTL_KSQLDB_IMAGE), a folder with its archive or jars " +
        "(--ksqldb-home DIR) or a running server (--ksqldb-url URL)",
    },
  };
}
