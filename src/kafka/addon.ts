/**
 * Loads the native addon. From the sources it is in build/, for a Node bundle next to the bundle. The executable embeds it and copies it
 * once, under its hash, to the user's cache folder, because the dynamic loader needs a file. Bun can do this too, but only with a writable
 * $TMPDIR that allows execution; this module tries several folders and reports why each failed. The addon is loaded when the first
 * producer, consumer or request is created.
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
  // Client threads that are still running when the process exits would use freed memory; only Node ends them by itself.
  process.once("exit", () => addon.closeClients());
  return addon;
});

/** Virtual folder of the files embedded in an executable by `bun build --compile`; only its process can read it. */
const executableFiles = "/$bunfs/";

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** In the project's build/, inside the executable, or next to another bundle. */
function addonFile(): string {
  if (projectFolder !== undefined) return fileURLToPath(new URL("build/streamctl_native.node", projectFolder));
  // A plain require: the bundler embeds the module and evaluates it only here.
  const { embeddedAddonPath } = require("./embedded-addon.ts") as typeof EmbeddedAddon;
  return fileURLToPath(new URL(embeddedAddonPath, import.meta.url));
}

function openCopy(embedded: string): NativeAddon {
  const failures: string[] = [];
  for (const folder of candidateFolders()) {
    try {
      return open(keepFile(embedded, folder));
    } catch (error) {
      failures.push(`${folder}: ${messageOf(error)}`);
    }
  }
  throw new StreamctlError("native", "Cannot load the native addon: no usable folder for it", {
    detail: failures.join("\n"),
    hint: "Set XDG_CACHE_HOME to a writable folder that allows execution",
  });
}

/** Folders to try, in order of preference: the user's cache, then folders for temporary files. */
function candidateFolders(): readonly string[] {
  const { TMPDIR } = process.env;
  // All users share these folders, so the name contains the user id.
  const common = [TMPDIR, "/tmp", "/dev/shm", "/var/tmp"].map((folder) => under(folder, `streamctl-${userId()}`));
  return [cacheOfAddon(), ...common].filter((folder) => folder !== undefined);
}

/** Undefined for a user without a home folder. */
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
 * Copies the embedded file to the folder atomically, unless the copy exists. The bundler put a hash of the content into the name; computing
 * one here would mean reading 8 MiB and double the loading time.
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
    const why = existsSync(path) ? messageOf(error) : "no such file";
    const hint = projectFolder === undefined ? "Keep it in the folder of the program, where make node writes it" : "Run: make build";
    throw new StreamctlError("native", `Cannot load the native addon "${path}": ${why}`, { cause: error, hint });
  }
  return module.exports as NativeAddon;
}
