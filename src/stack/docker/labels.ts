/** Labels of a stack's containers, volumes and networks. */
export const labels = {
  /** Of a container: hash of the definition from which it was created. */
  definition: "streamctl.definition",
  /** Of containers, volumes and networks: id of the stack. */
  stack: "streamctl.stack",
  /** Of containers and volumes: `<stack>/<service>`. */
  service: "streamctl.service",
  /** Of a container: the stack's state folder when the container was created. */
  stateDir: "streamctl.state-dir",
} as const;
