// The purchase and the refund with pg: one transaction on one client of the pool.
import { meaningOf, tokensToTake } from "./purchases.mjs";

const addEvent = `INSERT INTO stripe_events (id, type, signature, body) VALUES ($1, $2, $3, $4)
  ON CONFLICT (id) DO NOTHING`;
const addTransaction = `INSERT INTO token_transactions (user_id, type, token_amount, balance_before, balance_after,
  amount_paid_cents, currency, payment_intent_id, event_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (payment_intent_id) WHERE type = 'purchase' DO NOTHING`;

async function post(client, event, userId, type, tokens, cents, currency, paymentIntent) {
  const { rows } = await client.query("SELECT balance FROM accounts WHERE user_id = $1 FOR UPDATE", [userId]);
  const before = Number(rows[0].balance);
  const added = await client.query(addTransaction, [
    userId, type, tokens, before, before + tokens, cents, currency, paymentIntent, event.id,
  ]);
  if (added.rowCount === 0) return "duplicate";
  await client.query("UPDATE accounts SET balance = $2 WHERE user_id = $1", [userId, before + tokens]);
  return "applied";
}

async function purchase(client, event, what) {
  await client.query("INSERT INTO accounts (user_id) VALUES ($1) ON CONFLICT (user_id) DO NOTHING", [what.userId]);
  const { userId, tokens, cents, currency, paymentIntent } = what;
  return post(client, event, userId, "purchase", tokens, cents, currency, paymentIntent);
}

async function refund(client, event, what) {
  const { rows } = await client.query(
    "SELECT user_id, token_amount, amount_paid_cents, currency FROM token_transactions" +
      " WHERE payment_intent_id = $1 AND type = 'purchase' FOR UPDATE",
    [what.paymentIntent],
  );
  if (rows.length === 0) return "no_purchase";
  const taken = await client.query(
    "SELECT coalesce(-sum(token_amount), 0) AS tokens FROM token_transactions" +
      " WHERE payment_intent_id = $1 AND type = 'refund'",
    [what.paymentIntent],
  );
  const take = tokensToTake(rows[0], taken.rows[0].tokens, what.refundedCents);
  if (take <= 0) return "duplicate";
  const { user_id: userId, currency } = rows[0];
  return post(client, event, userId, "refund", -take, -what.refundedCents, currency, what.paymentIntent);
}

// Resolves after COMMIT.
export async function apply(pool, event, signature, body) {
  const what = meaningOf(event);
  if (what.kind === "ignored") return "ignored";
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const added = await client.query(addEvent, [event.id, event.type, signature, body]);
    const result =
      added.rowCount === 0 ? "duplicate" : await (what.kind === "purchase" ? purchase : refund)(client, event, what);
    await client.query(result === "no_purchase" ? "ROLLBACK" : "COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
