/** The ten users of `--users fixed`: one for each leading digit of the id, so that a window's total can be checked by eye. */
export interface FixedUser {
  readonly id: string;
  /** What every transaction of this user pays: the leading digit × 10, and 100 for digit 0. */
  readonly totalPaid: number;
}

/**
 * Chosen so that the Java client's murmur2 spreads them 4/3/3 over three partitions: digit d goes to partition d mod 3.
 * Position d holds the user with leading digit d.
 */
export const fixedUsers: readonly FixedUser[] = [
  { id: "02e88613-6e3f-4305-bafe-9b48ef89c5c0", totalPaid: 100 },
  { id: "1c86ce27-24b5-47dd-948b-7747c5007a0b", totalPaid: 10 },
  { id: "26ed8be3-6adc-47cf-a717-1da3682c69c4", totalPaid: 20 },
  { id: "34cc50a5-811f-4122-bb54-e4137a92f420", totalPaid: 30 },
  { id: "4038ac85-0882-4467-8142-6ff3085fc17a", totalPaid: 40 },
  { id: "5484ec1c-c9e2-4ef5-85b8-58385b022a8a", totalPaid: 50 },
  { id: "655f9ecd-c3fd-428f-b680-fc073eaf32a3", totalPaid: 60 },
  { id: "79f5bc60-9814-4d51-9221-b428dd85ba8a", totalPaid: 70 },
  { id: "868debd4-8f6e-47b5-a767-34e614d7a88a", totalPaid: 80 },
  { id: "95d1d6aa-9e42-412d-b74e-c005e523279c", totalPaid: 90 },
];

/** What a transaction of `--users random` pays: both ends included. */
export const randomTotalPaid = { min: 20, max: 500 } as const;
