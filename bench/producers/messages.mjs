/** Messages of the JavaScript producers: transactions like those of `streamctl data`, generated in the usual way, or one constant message. */

import { fixedUsers } from "../../src/data/users.ts";

const constant = { key: Buffer.from(fixedUsers[0].id), value: Buffer.alloc(150, "x") };

/** @param {string} mode `generated` or `constant` */
export function messageMaker(mode) {
  if (mode === "constant") return () => constant;
  if (mode === "generated") return makeTransaction;
  throw new Error(`"${mode}" is neither generated nor constant`);
}

function makeTransaction() {
  const user = fixedUsers[Math.floor(Math.random() * fixedUsers.length)];
  const transaction = {
    event_timestamp: new Date().toISOString().replace("T", " ").replace("Z", ""),
    transaction_id: Math.floor(Math.random() * 1_000_000) + 1,
    user_id: user.id,
    total_paid: user.totalPaid,
    status: Math.random() < 0.5 ? "Paid" : "Refused",
  };
  return { key: Buffer.from(user.id), value: Buffer.from(JSON.stringify(transaction)) };
}
