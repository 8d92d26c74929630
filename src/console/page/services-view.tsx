/** The services of the stack with their logs, the resources, and the last `up`. */

import type { JSX } from "preact";
import { formatBytes, formatDuration } from "../../core/units.ts";
import type { ServiceDocument, ServicesDocument } from "../api.ts";
import { servicesDocument } from "./live.ts";
import { parameter, route } from "./location.ts";
import { LogPanel } from "./log-panel.tsx";
import { StateMark } from "./marks.tsx";
import { FailureNotice, Loading } from "./notice.tsx";
import { useRemote } from "./requests.ts";
import { formatRoute, withParameters } from "./route.ts";
import { Sparkline } from "./sparkline.tsx";
import { StackTables } from "./stack-tables.tsx";

export function ServicesView(): JSX.Element {
  const first = useRemote<ServicesDocument>(servicesDocument.value === undefined ? "/api/services" : undefined);
  const services = servicesDocument.value ?? first.data;
  const log = parameter("log");
  if (services === undefined)
    return first.failure === undefined ? <Loading what="services" /> : <FailureNotice failure={first.failure} retry={first.reload} />;
  return (
    <>
      <section class="panel">
        <h2>Services</h2>
        <div class="scroll-x" tabIndex={0} role="region" aria-label="Services">
          <table class="plain services">
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">State</th>
                <th scope="col" class="number">
                  Uptime
                </th>
                <th scope="col" class="number">
                  Memory
                </th>
                <th scope="col">
                  <span class="visually-hidden">Memory over time</span>
                </th>
                <th scope="col" class="number">
                  Pid
                </th>
                <th scope="col">Address</th>
                <th scope="col">Log</th>
              </tr>
            </thead>
            <tbody>
              {services.services.map((service) => (
                <ServiceRow key={service.name} service={service} current={service.name === log} />
              ))}
            </tbody>
          </table>
        </div>
        <MemoryTable services={services.services} />
      </section>
      {log === undefined ? null : <LogPanel key={log} service={log} />}
      <StackTables services={services} />
    </>
  );
}

function ServiceRow({ service, current }: { readonly service: ServiceDocument; readonly current: boolean }): JSX.Element {
  const { name, label, state, uptimeMs, rssBytes, memory, pid, endpoint, page, detail } = service;
  return (
    <>
      <tr class={current ? "current" : ""}>
        <th scope="row">
          {label} {name === label ? null : <span class="muted code">{name}</span>}
        </th>
        <td>
          <StateMark state={state} />
        </td>
        <td class="number">{uptimeMs === null ? "–" : formatDuration(uptimeMs)}</td>
        <td class="number">{rssBytes === null ? "–" : formatBytes(rssBytes)}</td>
        <td>
          <Sparkline samples={memory.map(([atMs, value]) => ({ atMs, value }))} label={`Memory of ${label}`} />
        </td>
        <td class="number">{pid ?? "–"}</td>
        <td class="code">
          {page === null ? (
            endpoint
          ) : (
            <a href={page} target="_blank" rel="noreferrer">
              {endpoint}
            </a>
          )}
        </td>
        <td>
          <a
            href={formatRoute(withParameters(route.value, { log: current ? "" : name }))}
            aria-label={current ? `Close the log of ${label}` : `Log of ${label}`}
          >
            {current ? "Close" : "Log"}
          </a>
        </td>
      </tr>
      {detail === null ? null : (
        <tr class="detail-text">
          <td colSpan={8}>{detail}</td>
        </tr>
      )}
    </>
  );
}

/** The numbers of the lines of memory. */
function MemoryTable({ services }: { readonly services: readonly ServiceDocument[] }): JSX.Element {
  const measured = services.filter(({ memory }) => memory.length > 0);
  return (
    <details>
      <summary>Memory since the console was opened</summary>
      <div class="scroll-x" tabIndex={0} role="region" aria-label="Memory">
        <table class="plain numbers">
          <thead>
            <tr>
              <th scope="col" class="text">
                Service
              </th>
              <th scope="col">Smallest</th>
              <th scope="col">Largest</th>
              <th scope="col">First</th>
              <th scope="col">Now</th>
            </tr>
          </thead>
          <tbody>
            {measured.map(({ name, label, memory }) => {
              const sizes = memory.map(([, bytes]) => bytes);
              return (
                <tr key={name}>
                  <th scope="row" class="text">
                    {label}
                  </th>
                  {[Math.min(...sizes), Math.max(...sizes), sizes[0] ?? 0, sizes.at(-1) ?? 0].map((bytes, index) => (
                    <td key={index}>{formatBytes(bytes)}</td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
