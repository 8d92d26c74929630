/** The header of all views. */

import type { JSX } from "preact";
import { connection } from "./live.ts";
import { route, viewAddress } from "./location.ts";
import { ProofBadge } from "./proof-badge.tsx";
import { viewNames, viewTitles } from "./route.ts";
import { stackDocument } from "./stack.ts";
import { themes } from "./theme-choice.ts";
import { theme } from "./theme.ts";

export function Header(): JSX.Element {
  const stack = stackDocument.value;
  return (
    <header class="header">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <div class="header-name">
        <a href="/" class="name">
          streamctl
        </a>
        {stack === undefined ? null : (
          <span class="stack" title={`Stack ${stack.stackId} in ${stack.stateDir}, streamctl ${stack.version}`}>
            {stack.pipeline.name} · {stack.processor.label} · {stack.runtime}
          </span>
        )}
      </div>
      <nav class="views" aria-label="Views">
        {viewNames.map((name) => (
          <a key={name} href={viewAddress(name)} aria-current={route.value.view === name ? "page" : undefined}>
            {viewTitles[name]}
          </a>
        ))}
      </nav>
      <div class="header-tools">
        <ProofBadge />
        {stack === undefined || stack.pages.length === 0 ? null : <EnginePages pages={stack.pages} />}
        <ThemeSwitch />
      </div>
      <ConnectionNotice />
    </header>
  );
}

function EnginePages({ pages }: { readonly pages: readonly { readonly label: string; readonly url: string }[] }): JSX.Element {
  return (
    <>
      <button type="button" popovertarget="engine-pages" class="quiet">
        Engines
      </button>
      <div id="engine-pages" popover="auto" class="popover">
        <h2>Pages of the engines</h2>
        <ul class="links">
          {pages.map(({ label, url }) => (
            <li key={url}>
              <a href={url} target="_blank" rel="noreferrer">
                {label}
                <span class="muted"> {url}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function ThemeSwitch(): JSX.Element {
  return (
    <label class="theme">
      <span class="visually-hidden">Theme</span>
      <select
        value={theme.value}
        onChange={({ currentTarget }) => {
          theme.value = themes.find((name) => name === currentTarget.value) ?? "system";
        }}
      >
        {themes.map((name) => (
          <option key={name} value={name}>
            {{ system: "System", light: "Light", dark: "Dark" }[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

function ConnectionNotice(): JSX.Element {
  const lost = connection.value === "lost";
  return (
    <div class="connection" role="status" hidden={!lost}>
      {lost ? "Connection to the console's server lost, retrying. The numbers below are the last ones received." : null}
    </div>
  );
}
