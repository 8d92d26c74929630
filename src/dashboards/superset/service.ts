import type { NetworkLayout } from "../../stack/network-layout.ts";
import type { PythonEnvironment } from "../../stack/service.ts";
import type { ServiceDetails, ServiceType } from "../../stack/service-type.ts";

/** Apache Superset with its metadata in SQLite. 300 MB resident. */
export const supersetService = {
  name: "superset",
  label: "Superset",
  kind: "python",
  ports: { superset: { label: "Superset", port: 8090, endpoint: "http", page: "Superset" } },
  // It queries Pinot only when somebody opens a dashboard.
  after: [],
  needs: ["pinot"],
  optional: { byDefault: false },
  define: defineSuperset,
} as const satisfies ServiceType;

const environment: PythonEnvironment = {
  name: "superset",
  label: "Superset 6.1.0",
  requirements: "config/superset/requirements.txt",
  minorVersions: { first: 10, last: 12 },
  diskBytes: 1.5e9,
};

/** Names of the secrets, and of the user that streamctl creates. */
export const adminPassword = "admin-password";
export const adminUser = "admin";

/** Path of a dashboard's page. @param slug from its declaration */
export function dashboardPath(slug: string): string {
  return `/superset/dashboard/${encodeURIComponent(slug)}/`;
}

function defineSuperset({ port, inside, bindHost, host }: NetworkLayout): ServiceDetails {
  const [broker, controller] = [`${host("pinot")}:${inside("pinotBroker")}`, `${host("pinot")}:${inside("pinotController")}`];
  return {
    endpoint: `http://127.0.0.1:${port("superset")}`,
    values: {
      bindHost,
      supersetPort: inside("superset"),
      // https://github.com/python-pinot-dbapi/pinot-dbapi
      pinotUri: `pinot://${broker}/query/sql?controller=http://${controller}/`,
    },
    files: ["superset_config.py", "prepare.py"].map((as) => ({ asset: `config/superset/${as}`, as })),
    env: {
      SUPERSET_CONFIG_PATH: "{{confDir}}/superset_config.py",
      SUPERSET_HOME: "{{dataDir}}",
      // The environment in the cache is checked file by file: it must not change.
      PYTHONDONTWRITEBYTECODE: "1",
      // A proxy of the user cannot reach this Pinot.
      NO_PROXY: "*",
      no_proxy: "*",
    },
    process: {
      kind: "python",
      environment,
      module: "gunicorn",
      args: [
        "--bind",
        "{{bindHost}}:{{supersetPort}}",
        // One process, because SQLite has one writer; a dashboard sends a request per chart.
        "--workers",
        "1",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "--timeout",
        "120",
        "--graceful-timeout",
        "3",
        "--worker-tmp-dir",
        "{{dataDir}}/tmp",
        "--no-control-socket",
        "superset.app:create_app()",
      ],
      secrets: ["secret-key", adminPassword],
      prepare: ["{{confDir}}/prepare.py"],
    },
    probe: { kind: "http", checks: [{ url: `http://127.0.0.1:${port("superset")}/health` }] },
    stopTimeoutMs: 10_000,
  };
}
