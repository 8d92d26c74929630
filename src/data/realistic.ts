/** Users and amounts of `--users random`, made by faker. Imported only when asked for: faker is the largest dependency. */

import { SimpleFaker, type Randomizer } from "@faker-js/faker";
import { randomTotalPaid } from "./users.ts";
import { firstBits, goldenRatio, mix32, nextBits, randomKey } from "./random.ts";

export interface RealisticUsers {
  /** The user and the amount of the record at an index: always the same for the same seed. */
  at(index: number): { readonly userId: string; readonly totalPaid: number };
}

/** Another sequence than the one of the transaction's id and status. */
const ownSequence = 0x5eed;

interface IndexRandomizer extends Randomizer {
  startAt(index: number): void;
}

/** faker's source of randomness, set anew at every index. Two words of state, so that no record's sequence overlaps another's. */
function indexRandomizer(seed: number): IndexRandomizer {
  let position = 0;
  let increment = 0;
  return {
    startAt(index) {
      const key = randomKey(seed, Math.floor(index / 2 ** 32) + ownSequence * 2 ** 21);
      position = firstBits(key, index);
      increment = nextBits(key, position);
    },
    next() {
      position = (position + goldenRatio) | 0;
      return (mix32((mix32(position) + increment) | 0) >>> 0) / 2 ** 32;
    },
    // faker seeds its randomizer when it is made; here the index decides.
    seed() {},
  };
}

/** @param seed 0 to 2^53 − 1 */
export function realisticUsers(seed: number): RealisticUsers {
  const randomizer = indexRandomizer(seed);
  const faker = new SimpleFaker({ randomizer });
  return {
    at(index) {
      randomizer.startAt(index);
      return { userId: faker.string.uuid(), totalPaid: faker.number.int(randomTotalPaid) };
    },
  };
}
