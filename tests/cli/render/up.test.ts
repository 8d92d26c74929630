import { expect, test } from "bun:test";
import { renderUp } from "../../../src/cli/render/up.ts";

test("renderUp() shows the time of services that this up started only", () => {
  const service = { state: "healthy", pid: 1, endpoint: "127.0.0.1:1", readyMs: 17_300 } as const;
  const services = [
    { ...service, name: "zookeeper", operation: "start", readyMs: 700 },
    { ...service, name: "pinot", operation: "await" },
    { ...service, name: "flink", operation: "keep" },
  ] as const;
  const text = renderUp({
    runtime: "local",
    processor: "flink",
    why: "",
    services,
    endpoints: {},
    pages: [],
    changes: [],
    elapsedMs: 3700,
  });
  expect(text.split("\n").slice(0, 3)).toEqual([
    "zookeeper  127.0.0.1:1              ready in 0.7 s",
    "pinot      127.0.0.1:1              was running",
    "flink      127.0.0.1:1              was running",
  ]);
});

test("renderUp() lists the pages for a browser, and where the password of one is", () => {
  const pages = [
    { service: "flink", label: "Flink", url: "http://127.0.0.1:8081" },
    {
      service: "superset",
      label: "Superset",
      url: "http://127.0.0.1:8090/superset/dashboard/income/",
      login: { user: "admin", passwordFile: "/work/.streamctl/superset/admin-password" },
    },
  ];
  const changes = [{ kind: "dashboard", name: "income", result: "created" }] as const;
  expect(renderUp({ runtime: "local", processor: "flink", why: "", services: [], endpoints: {}, pages, changes, elapsedMs: 3700 }))
    .toMatchInlineSnapshot(`
    "
    created dashboard income

    Open in a browser:
      Flink     http://127.0.0.1:8081
      Superset  http://127.0.0.1:8090/superset/dashboard/income/
                to edit: user admin, password in /work/.streamctl/superset/admin-password

    Up in 3.7 s. Next: streamctl data -n 1000, then streamctl verify --wait 60s
    "
  `);
});
