/** The Java sources that all programs share. */
export const sharedSources: readonly string[] = ["ControlServer", "RecordReader", "WindowSpec"].map(
  (name) => `config/program/${name}.java`,
);
