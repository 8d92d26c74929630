/** The web pages of a stack's services. */

import { layoutOf, serviceType } from "./catalog.ts";
import type { StackChoices } from "../state/choices.ts";

export interface ServicePage {
  readonly service: string;
  /** Such as `Flink`. */
  readonly label: string;
  readonly url: string;
}

/** The pages of these services, in their order. */
export function pagesOf(
  { runtime, portOffset }: Pick<StackChoices, "runtime" | "portOffset">,
  present: readonly { readonly name: string }[],
): readonly ServicePage[] {
  const { port } = layoutOf(runtime, portOffset);
  return present.flatMap(({ name }) =>
    Object.entries(serviceType(name)?.ports ?? {}).flatMap(([key, { page }]) =>
      page === undefined ? [] : [{ service: name, label: page, url: `http://127.0.0.1:${port(key)}` }],
    ),
  );
}
