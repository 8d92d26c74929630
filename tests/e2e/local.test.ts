import { describe } from "bun:test";
import { runtimeContract } from "./runtime-contract.ts";

describe("a stack of local processes", () => runtimeContract({ runtime: "local", portOffset: 12_000 }));
