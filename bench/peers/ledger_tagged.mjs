// The purchase and the refund with a client of tagged templates: postgres.js and Bun.sql speak alike.
import { meaningOf, tokensToTake } from "./purchases.mjs";

class NoPurchase extends Error {}

async function post(tx, event, userId, type, tokens, cents, currency, paymentIntent) {
  const [account] = await tx`SELECT balance FROM accounts WHERE user_id = ${userId} FOR UPDATE`;
  const before = Number(account.balance);
  const added = await tx`
    INSERT INTO token_transactions (user_id, type, token_amount, balance_before, balance_after, amount_paid_cents,
           currency, payment_intent_id, event_id)
    VALUES (${userId}, ${type}, ${tokens}, ${before}, ${before + tokens}, ${cents}, ${currency}, ${paymentIntent},
            ${event.id})
        ON CONFLICT (payment_intent_id) WHERE type = 'purchase' DO NOTHING RETURNING id`;
  if (added.length === 0) return "duplicate";
  await tx`UPDATE accounts SET balance = ${before + tokens} WHERE user_id = ${userId}`;
  return "applied";
}

async function purchase(tx, event, what) {
  await tx`INSERT INTO accounts (user_id) VALUES (${what.userId}) ON CONFLICT (user_id) DO NOTHING`;
  const { userId, tokens, cents, currency, paymentIntent } = what;
  return post(tx, event, userId, "purchase", tokens, cents, currency, paymentIntent);
}

async function refund(tx, event, what) {
  const [bought] = await tx`
    SELECT user_id, token_amount, amount_paid_cents, currency FROM token_transactions
     WHERE payment_intent_id = ${what.paymentIntent} AND type = 'purchase' FOR UPDATE`;
  if (!bought) throw new NoPurchase();
  const [taken] = await tx`
    SELECT coalesce(-sum(token_amount), 0) AS tokens FROM token_transactions
     WHERE payment_intent_id = ${what.paymentIntent} AND type = 'refund'`;
  const take = tokensToTake(bought, taken.tokens, what.refundedCents);
  if (take <= 0) return "duplicate";
  return post(tx, event, bought.user_id, "refund", -take, -what.refundedCents, bought.currency, what.paymentIntent);
}

// Resolves after COMMIT.
export async function apply(sql, event, signature, body) {
  const what = meaningOf(event);
  if (what.kind === "ignored") return "ignored";
  try {
    return await sql.begin(async (tx) => {
      const added = await tx`
        INSERT INTO stripe_events (id, type, signature, body)
        VALUES (${event.id}, ${event.type}, ${signature}, ${body})
            ON CONFLICT (id) DO NOTHING RETURNING id`;
      if (added.length === 0) return "duplicate";
      return what.kind === "purchase" ? purchase(tx, event, what) : refund(tx, event, what);
    });
  } catch (error) {
    if (error instanceof NoPurchase) return "no_purchase"; // the transaction was rolled back
    throw error;
  }
}
