/** States as an icon and a word: never by colour alone. */

import type { JSX } from "preact";
import type { ProofMark, Proof, StageState } from "../api.ts";

type Tone = "ok" | "busy" | "bad" | "off";

const shapes: Readonly<Record<Tone, string>> = {
  ok: "M3.5 8.5l3 3 6-7",
  busy: "M8 3.5a4.5 4.5 0 1 1-4.5 4.5",
  bad: "M8 4v5M8 11.2v.8",
  off: "M4 8h8",
};

const stateTones: Readonly<Record<StageState, Tone>> = {
  healthy: "ok",
  starting: "busy",
  unhealthy: "bad",
  stopped: "bad",
  unknown: "off",
};

/** An icon of a tone, without a text of its own. */
export function Icon({ tone }: { readonly tone: Tone }): JSX.Element {
  return (
    <svg class={`icon tone-${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7" />
      <path d={shapes[tone]} />
    </svg>
  );
}

/** @param word more precise than the state; default: the state */
export function StateMark({ state, word }: { readonly state: StageState; readonly word?: string }): JSX.Element {
  return (
    <span class={`mark tone-${stateTones[state]}`}>
      <Icon tone={stateTones[state]} /> <span class="mark-word">{word ?? state}</span>
    </span>
  );
}

type ProofState = Proof["state"] | ProofMark;

export const proofSigns: Readonly<Record<ProofState, { readonly sign: string; readonly tone: Tone; readonly word: string }>> = {
  equal: { sign: "=", tone: "ok", word: "equal" },
  settling: { sign: "≈", tone: "busy", word: "settling" },
  differs: { sign: "≠", tone: "bad", word: "differs" },
  reading: { sign: "…", tone: "busy", word: "reading" },
  unavailable: { sign: "?", tone: "off", word: "unavailable" },
  empty: { sign: "∅", tone: "off", word: "no windows yet" },
  unknown: { sign: "?", tone: "off", word: "not compared" },
};

/** The sign of a proof, with its word. */
export function ProofSign({ state, word }: { readonly state: ProofState; readonly word?: string }): JSX.Element {
  const { sign, tone, word: usual } = proofSigns[state];
  return (
    <span class={`mark tone-${tone}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>{" "}
      {word ?? usual}
    </span>
  );
}
