/** One line for each command and each option of every command. Plain values: help must cost no module. */

export const commandDescriptions = {
  up: "Start Kafka, the processor and Pinot, wait for them, provision them",
  data: "Make transactions and deliver them to Kafka",
  query: "Ask Pinot, or the processor, in SQL",
  verify: "Prove that every window equals what was sent",
  status: "Show what runs, since when, with how much memory, where",
  logs: "Show the services' logs",
  down: "Stop every service; the data stays",
  doctor: "Show what this machine has and lacks, and what to type about it",
  eject: "Write out the embedded declarations and a compose.yaml, for editing",
} as const;

export const globalDescriptions = {
  "--json": "Print one JSON document on standard output, or one a line where it goes on",
  "--state-dir DIR": "Folder of everything that a run leaves (default: .streamctl)",
  "--port-offset N": "Added to every port, 0…56442",
  "--dir DIR": "Ejected declarations instead of the embedded ones",
  "-q, --quiet": "Say only what is wrong",
  "--verbose": "Say more, and show the causes of an error",
  "-h, --help": "Show this help, or that of a command",
  "--version": "Show the version",
} as const;
