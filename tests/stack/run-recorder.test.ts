test("RunRecorder forgets the abandoned processor that gave its objects back, and no other one", async () => {
  const folder = stateFolder(await temporaryFolder());
  const at = (url: string) => ({ processor: "ksqldb", source: { url } });
  const abandoned = [at("http://a:8088"), at("http://b:8088")];
  const stack = await identityFor(folder, undefined);
  const recorder = new RunRecorder(folder, { stack, choices: { ...choices, abandoned }, services: [], starting: [], resources: [] });
  await recorder.forgetAbandoned(at("http://b:8088"));
  expect((await readRunState(folder))?.choices.abandoned).toEqual([at("http://a:8088")]);
  await recorder.forgetAbandoned(at("http://a:8088"));
  expect((await readRunState(folder))?.choices).not.toHaveProperty("abandoned");
});

test("RunRecorder withdraws what was about to be started and was not", async () => {
  const folder = stateFolder(await temporaryFolder());
  const stack = await identityFor(folder, undefined);
  const recorder = new RunRecorder(folder, { stack, choices, services: [], starting: [], resources: [] });
  await recorder.intend({ name: "kafka", definitionHash: "h", endpoint: "e", startedAtMs: 1 });
  await recorder.withdrawIntents();
  expect((await readRunState(folder))?.starting).toEqual([]);
});
