/**
 * What this program runs from: its sources (Bun, Deno, a Node that strips types) or a bundle (the executable, the file for
 * any Node). The only place that asks: a bundle carries what else lies in the project's folder.
 */

/** The project's folder where the program runs from its sources; undefined in a bundle. */
export const projectFolder: URL | undefined = import.meta.url.endsWith(".ts") ? new URL("../../", import.meta.url) : undefined;
