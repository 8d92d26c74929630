/** Optional services: any `up` can add or remove them, and the choice is kept. */

import { StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { refuse } from "../core/option-text.ts";
import { type ServiceCatalog, services, serviceType } from "./catalog.ts";
import { takenPorts } from "../stack/ports.ts";
import { withDependencies } from "../stack/service-order.ts";
import type { ServiceType } from "../stack/service-type.ts";
import { hasImage, type ServiceDefinition } from "../stack/service.ts";
import type { StackChoices } from "../state/choices.ts";

/** The choices that determine optional services. */
export interface OptionalChoices {
  readonly only?: readonly string[] | undefined;
  readonly with?: readonly string[] | undefined;
  readonly without?: readonly string[] | undefined;
}

/**
 * The choices to keep for `--with` and `--without`: the latest choice for each service wins. Pure.
 *
 * @throws StreamctlError `usage` for a name that is not an optional service, or that was both requested and declined,
 *   `not-available` for an optional service of a later version
 */
export function chooseOptional(
  requested: OptionalChoices,
  kept: OptionalChoices | undefined,
  catalog: ServiceCatalog = services,
): Pick<StackChoices, "with" | "without"> {
  const [wanted, declined, only] = [new Set(requested.with), new Set(requested.without), new Set(requested.only)];
  for (const name of wanted) requireOptional(name, "--with", catalog);
  for (const name of declined) {
    requireOptional(name, "--without", catalog);
    const other = wanted.has(name) ? "--with" : only.has(name) ? "--only" : undefined;
    if (other === undefined) continue;
    throw new StreamctlError("usage", `Cannot use ${other} and --without for "${name}": they contradict each other`, {
      hint: "Use only one of them",
    });
  }
  const asked = [...(kept?.with ?? []).filter((name) => !declined.has(name)), ...wanted];
  const refused = [...(kept?.without ?? []).filter((name) => !wanted.has(name) && !only.has(name)), ...declined];
  return { ...(asked.length > 0 ? { with: sorted(asked) } : {}), ...(refused.length > 0 ? { without: sorted(refused) } : {}) };
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}

function requireOptional(name: string, option: string, catalog: ServiceCatalog): void {
  const type = serviceType(name, catalog);
  if (type?.optional) return;
  const optional = Object.values(catalog).filter((one) => one.optional !== undefined);
  const hint = `Optional services: ${optional.map((one) => one.name).join(", ")}`;
  throw refuse(option, name, type ? "it is not optional" : "there is no such optional service", hint);
}

/** Whether a stack has an optional service: because it was requested, or by default. */
export function wantsOptional({ name, optional }: Pick<ServiceType, "name" | "optional">, choices: OptionalChoices): boolean {
  if (isNamed(name, choices)) return true;
  return optional?.byDefault === true && choices.only === undefined && choices.without?.includes(name) !== true;
}

function isNamed(name: string, { only, with: asked, without }: OptionalChoices): boolean {
  return asked?.includes(name) === true || (only?.includes(name) === true && without?.includes(name) !== true);
}

/** Optional services that are in the stack only by default. */
function unnamed(
  definitions: readonly ServiceDefinition[],
  choices: OptionalChoices,
  catalog: ServiceCatalog,
): readonly ServiceDefinition[] {
  return definitions.filter(({ name }) => serviceType(name, catalog)?.optional !== undefined && !isNamed(name, choices));
}

/**
 * The services for `status`: an optional service that was not requested belongs to the stack only if it was started, because `up` omits it
 * if its port is taken.
 */
export function withoutAbsent(
  definitions: readonly ServiceDefinition[],
  choices: OptionalChoices,
  started: readonly { readonly name: string }[],
  catalog: ServiceCatalog = services,
): readonly ServiceDefinition[] {
  const absent = new Set(unnamed(definitions, choices, catalog).filter(({ name }) => !started.some((one) => one.name === name)));
  return definitions.filter((definition) => !absent.has(definition));
}

/**
 * Omits, with a warning, optional services that were not requested and whose port is taken, instead of failing.
 *
 * @param running names of running services, which use their ports themselves
 */
export async function withoutTakenPorts(
  definitions: readonly ServiceDefinition[],
  choices: OptionalChoices & Pick<StackChoices, "runtime">,
  { running, log }: { readonly running: ReadonlySet<string>; readonly log: Log },
  catalog: ServiceCatalog = services,
): Promise<readonly ServiceDefinition[]> {
  const left = new Set<ServiceDefinition>();
  for (const definition of unnamed(definitions, choices, catalog)) {
    const { name } = definition;
    const others = definitions.filter((one) => one !== definition).map((one) => one.name);
    if (running.has(name) || withDependencies(others, definitions).has(name)) continue;
    const inContainer = choices.runtime === "docker" && hasImage(definition);
    const [taken] = await takenPorts([{ name, ports: definition.ports.filter(({ own }) => !inContainer || own !== true) }]);
    if (!taken) continue;
    const { port, holder } = taken;
    log.warn(
      `${serviceType(name, catalog)?.label ?? name} is not started: port ${port.port} (${port.name}) is in use: ${holder}. ` +
        `Disable it with --without ${name}, or use other ports with --port-offset`,
    );
    left.add(definition);
  }
  return definitions.filter((definition) => !left.has(definition));
}
