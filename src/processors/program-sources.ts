/** The Java sources that all programs with a control interface share. */
export const sharedSources: readonly string[] = ["Computation", "ControlServer", "RecordReader", "WindowSpec"].map(
  (name) => `config/program/${name}.java`,
);
