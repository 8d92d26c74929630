/** Texts of the program's help. Imports no other module, so that `--help` is fast. */

export const commandDescriptions = {
  up: "Start Kafka, the stream processor and Pinot, and create topics, jobs and tables",
  status: "Show the state, uptime, memory and address of each service",
  logs: "Show the logs of the services",
  down: "Stop all services and keep their data",
  data: "Generate transactions and send them to Kafka",
  query: "Run an SQL query in Pinot or in the stream processor",
  verify: "Check that every window matches what was sent",
  chaos: "Break services while records are sent, and check that every window stays exact",
  console: "Show the address of the web console, and start it if it is not running",
  compare: "Measure the stream processors side by side, each on a temporary stack",
  doctor: "Check this machine, and show how to fix problems",
  eject: "Write the embedded configuration and a compose.yaml to a folder for editing",
  help: "Show the options and examples of a command",
  "console-server": "Serve the web console; started by up",
  "class-archives": "Make class-data archives; started by up",
} as const;

export const commandGroups: readonly (readonly [title: string, names: readonly (keyof typeof commandDescriptions)[]])[] = [
  ["RUN THE PIPELINE", ["up", "status", "logs", "down"]],
  ["USE THE PIPELINE", ["data", "query", "verify", "console"]],
  ["TEST THE PIPELINE", ["chaos", "compare"]],
  ["OTHER COMMANDS", ["doctor", "eject", "help"]],
];

export const firstSteps = [
  ["streamctl up", "Start the pipeline"],
  ["streamctl data -n 1000", "Send 1000 transactions"],
  ["streamctl verify --wait 60s", "Check the result, for up to 60 seconds"],
  ["streamctl down", "Stop the pipeline"],
] as const;
