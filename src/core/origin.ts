/**
 * Whether this program runs from its sources (Bun, Deno, a Node that strips types) or from a bundle (the executable, the file for any
 * Node). A bundle embeds what the sources read from the project's folder.
 */

/** The project's folder when the program runs from its sources; undefined in a bundle. */
export const projectFolder: URL | undefined = import.meta.url.endsWith(".ts") ? new URL("../../", import.meta.url) : undefined;
