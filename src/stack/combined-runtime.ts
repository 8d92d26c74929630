/**
 * A runtime for stacks in containers with services that have no image: those run as local processes. Each call goes to the service's
 * runtime.
 */

import type { ServiceIdentity, ServiceName } from "../state/service-identity.ts";
import type { Runtime } from "./runtime.ts";
import { hasImage, type ServiceDefinition } from "./service.ts";

/** @param definitions all services of the stack */
export function combinedRuntime(inContainers: Runtime, onMachine: Runtime, definitions: readonly ServiceDefinition[]): Runtime {
  const processes = new Set(definitions.filter((definition) => !hasImage(definition)).map(({ name }) => name));
  const ofName = (name: ServiceName): Runtime => (processes.has(name) ? onMachine : inContainers);
  const ofRun = (identity: ServiceIdentity): Runtime => ("containerId" in identity ? inContainers : onMachine);
  return {
    async prepare(starting) {
      const [containers, programs] = [starting.filter(hasImage), starting.filter((definition) => !hasImage(definition))];
      if (programs.length > 0) await onMachine.prepare(programs);
      if (containers.length > 0) await inContainers.prepare(containers);
    },
    hash: (definition) => ofName(definition.name).hash(definition),
    start: async (definition) => await ofName(definition.name).start(definition),
    stop: async (name, identity, timeoutMs) => await ofRun(identity).stop(name, identity, timeoutMs),
    kill: async (name, identity) => await ofRun(identity).kill(name, identity),
    freeze: async (identity) => await ofRun(identity).freeze(identity),
    thaw: async (identity) => await ofRun(identity).thaw(identity),
    isFrozen: async (identity) => await ofRun(identity).isFrozen(identity),
    isRunning: async (identity) => await ofRun(identity).isRunning(identity),
    async endOrphans() {
      await Promise.all([inContainers.endOrphans(), onMachine.endOrphans()]);
    },
    async archiveClasses(started) {
      await onMachine.archiveClasses(started.filter((definition) => !hasImage(definition)));
      await inContainers.archiveClasses(started.filter(hasImage));
    },
    async endArchiving() {
      await Promise.all([inContainers.endArchiving(), onMachine.endArchiving()]);
    },
    running: async () => (await Promise.all([inContainers.running(), onMachine.running()])).flat(),
    endOf: async (identity) => await ofRun(identity).endOf(identity),
    requireOwnPorts: async (definition, identity) => await ofRun(identity).requireOwnPorts(definition, identity),
    residentBytes: async (identity) => await ofRun(identity).residentBytes(identity),
    cpuTimeMs: async (identity) => await ofRun(identity).cpuTimeMs(identity),
    tailLog: async (name, lines) => await ofName(name).tailLog(name, lines),
    followLog: async (name, lines, onLine, signal) => await ofName(name).followLog(name, lines, onLine, signal),
    diskOf: async (name) => await ofName(name).diskOf(name),
    dataOf: (name) => ofName(name).dataOf(name),
    async forget() {
      await Promise.all([inContainers.forget(), onMachine.forget()]);
    },
  };
}
