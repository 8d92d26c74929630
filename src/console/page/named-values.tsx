/** A table of names and values, such as settings. */

import type { ComponentChildren, JSX } from "preact";

export interface NamedValue {
  readonly name: ComponentChildren;
  readonly value: ComponentChildren;
}

/** @param valueClass class of the cells with values */
export function NamedValues({ rows, valueClass }: { readonly rows: readonly NamedValue[]; readonly valueClass?: string }): JSX.Element {
  return (
    <table class="plain settings">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, value }, index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            <td {...(valueClass === undefined ? {} : { class: valueClass })}>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
