import type { GenericSchema } from "valibot";

/** A schema for each field of a type. Fields without one are dropped when a file is read, so such a field does not compile. */
export type Schemas<T> = Readonly<Record<keyof T, GenericSchema>>;
