/** Records that a page could take for something else than text. */

import { createTopic } from "../../src/kafka/admin.ts";
import { Producer } from "../../src/kafka/producer.ts";
import { packMessages } from "../kafka/batches.ts";

export const specimenTopic = "specimens";

/** Beyond 2^53: as a JavaScript number it would end in 2. */
export const largeInteger = "9007199254740993";

export interface Specimen {
  readonly key: string;
  readonly value: string;
  /** What the page shows of them. */
  readonly keyText: string;
  readonly valueTexts: readonly string[];
}

const html = `<script>window.broken = 1</script><img src=x onerror="window.broken = 2"><b>bold</b>`;
const escape = "\u001B[31mred\u001B[0m\u001B]0;title\u0007";
const bidi = "safe\u202Egnp.exe\u2066hidden\u2069";

const specimens: readonly Specimen[] = [
  { key: html, value: `${html} ${escape}`, keyText: html, valueTexts: [html, "ESC[31mredESC[0mESC]0;titleBEL"] },
  {
    key: `${escape}${bidi}`,
    value: JSON.stringify({ [html]: html, [bidi]: bidi, escape }).replace("}", `,"amount":${largeInteger},"exact":0.10000000000000000555}`),
    keyText: "ESC[31mredESC[0mESC]0;titleBELsafeU+202Egnp.exeU+2066hiddenU+2069",
    valueTexts: ["<script>", "U+202E", `amount: ${largeInteger}`, "exact: 0.10000000000000000555"],
  },
  { key: "", value: "", keyText: "null", valueTexts: ["null"] },
];

/** Creates the topic and sends the records, in order, to its only partition. */
export async function sendSpecimens(brokers: string): Promise<readonly Specimen[]> {
  await createTopic({ brokers, topic: specimenTopic, partitions: 1, timeoutMs: 30_000 });
  const producer = new Producer({ brokers, topic: specimenTopic });
  try {
    producer.produce(packMessages(specimens), 0, 5000);
    if (!producer.flush(30_000)) throw new Error("The records were not delivered");
  } finally {
    producer.close();
  }
  return specimens;
}
