import { mountOf } from "../../core/disk.ts";

/** Whether programs in a folder can be executed, and so native libraries loaded from it: not on a file system mounted with noexec. */
export async function allowsExecution(folder: string): Promise<boolean> {
  return !(await mountOf(folder)).options.includes("noexec");
}

/** The warning for a state folder on a noexec file system, because the engines unpack native libraries there. */
export function noexecWarning(folder: string): { readonly found: string; readonly advice: string } {
  return {
    found: `${folder} is mounted noexec: Kafka will reject records compressed with snappy or zstd`,
    advice: "Use another folder for them: --state-dir DIR",
  };
}
