import { describe } from "bun:test";
import { killedUp } from "./killed-up.ts";

describe("a killed up of local processes", () => killedUp({ runtime: "local", portOffset: 22_000, kills: 12 }));
