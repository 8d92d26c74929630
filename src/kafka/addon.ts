/**
 * The only loader of the native addon. The sources find it in build/, the bundle for Node beside itself. The executable carries
 * it as a file and writes it once, under its hash, to the user's cache folder, because no system loads code from inside an
 * executable. Bun's own way of doing that needs a writable $TMPDIR that allows execution; ours tries several folders and says
 * what it met.
 * Nothing is loaded before the first producer, consumer or request.
 */

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../core/cache-folder.ts";
import { messageOf, StreamctlError } from "../core/errors.ts";
import { projectFolder } from "../core/origin.ts";
import type * as EmbeddedAddon from "./embedded-addon.ts";
import type { NativeAddon } from "./native.ts";

/** The addon of this thread, loaded at the first call. @throws StreamctlError `native` when it is missing or unusable */
export const loadAddon: () => NativeAddon = once(() => {
  const file = addonFile();
  const addon = file.startsWith(executableFiles) ? openCopy(file) : open(file);
  // Threads of clients that outlive the exit of a process use memory that it has torn down; only Node ends them by itself.
  process.once("exit", () => addon.closeClients());
  return addon;
});

/** Where an executable made by `bun build --compile` keeps what it embeds: a file system that exists for its own process only. */
const executableFiles = "/$bunfs/";

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** In the project's build/, inside the executable, or beside another bundle. */
function addonFile(): string {
  if (projectFolder !== undefined) return fileURLToPath(new URL("build/streamctl_native.node", projectFolder));
  // A plain require, so that the bundler embeds the module and evaluates it here only.
  const { embeddedAddonPath } = require("./embedded-addon.ts") as typeof EmbeddedAddon;
  return fileURLToPath(new URL(embeddedAddonPath, import.meta.url));
}

function openCopy(embedded: string): NativeAddon {
  const met: string[] = [];
  for (const folder of candidateFolders()) {
    try {
      return open(keepFile(embedded, folder));
    } catch (error) {
      met.push(`${folder}: ${messageOf(error)}`);
    }
  }
  throw new StreamctlError("native", "Cannot load the native addon: no folder can hold it", {
    detail: met.join("\n"),
    hint: "Set XDG_CACHE_HOME to a folder that is writable and allows execution",
  });
}

/** Folders to try, best first: the user's cache, then what systems keep for temporary files. */
function candidateFolders(): readonly string[] {
  const { TMPDIR } = process.env;
  // Everybody writes to these, so the user's number is part of the name.
  const common = [TMPDIR, "/tmp", "/dev/shm", "/var/tmp"].map((folder) => under(folder, `streamctl-${userId()}`));
  return [cacheOfAddon(), ...common].filter((folder) => folder !== undefined);
}

/** Undefined for a user without a home. */
function cacheOfAddon(): string | undefined {
  try {
    return join(cacheFolder(), "native");
  } catch {
    return undefined;
  }
}

function under(folder: string | undefined, name: string): string | undefined {
  return folder !== undefined && isAbsolute(folder) ? join(folder, name) : undefined;
}

/**
 * Puts a copy of the embedded file into the folder, whole or not at all, unless it lies there already. Its name carries the
 * hash of its content, which the bundler gave it: reading 8 MiB to compute one would double the time of loading.
 *
 * @returns the copy's path
 */
function keepFile(embedded: string, folder: string): string {
  const path = join(folder, basename(embedded));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== userId()) throw new Error("the folder belongs to another user");
  if (existsSync(path) && statSync(path).size === statSync(embedded).size) return path;
  const partial = `${path}.${process.pid}.${randomUUID()}`;
  try {
    writeFileSync(partial, readFileSync(embedded), { mode: 0o700, flag: "wx" });
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
  return path;
}

function userId(): number {
  return process.getuid?.() ?? 0;
}

function open(path: string): NativeAddon {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (error) {
    const why = existsSync(path) ? messageOf(error) : "there is no such file";
    const hint = projectFolder === undefined ? "Keep it beside the program, where make node writes it" : "make build";
    throw new StreamctlError("native", `Cannot load the native addon "${path}": ${why}`, { cause: error, hint });
  }
  return module.exports as NativeAddon;
}
