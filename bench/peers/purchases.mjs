// What the Express, Fastify and Bun peers share: what an event means, and the settings they are started with.

export const { DATABASE_URL, STRIPE_WEBHOOK_SECRET } = process.env;
export const PORT = Number(process.env.PORT);
const url = new URL(DATABASE_URL.replace("///", "//localhost/")); // postgresql:///NAME?host=SOCKETS&user=USER
export const database = {
  sockets: url.searchParams.get("host"),
  user: url.searchParams.get("user"),
  name: url.pathname.slice(1),
};
export const POOL_SIZE = 20;
// No request is made to Stripe: only its signatures are checked.
export const STRIPE_KEY = "sk_test_no_request_is_made";

const packs = { starter: { tokens: 100000, prices: { usd: 999 } } };

// { kind: "purchase", ... }, { kind: "refund", ... } or { kind: "ignored" }.
export function meaningOf(event) {
  const object = event.data.object;
  if (event.type === "payment_intent.succeeded") {
    const { user_id: userId, token_pack: packId } = object.metadata;
    const pack = packs[packId];
    if (!userId || !pack || pack.prices[object.currency] !== object.amount_received) return { kind: "ignored" };
    return {
      kind: "purchase",
      userId,
      tokens: pack.tokens,
      cents: object.amount_received,
      currency: object.currency,
      paymentIntent: object.id,
    };
  }
  if (event.type === "charge.refunded") {
    return { kind: "refund", paymentIntent: object.payment_intent, refundedCents: object.amount_refunded };
  }
  return { kind: "ignored" };
}

// What a refund still takes: the part of the purchase that is refunded, less what was taken before.
export function tokensToTake(purchase, takenBefore, refundedCents) {
  const part = (BigInt(purchase.token_amount) * BigInt(refundedCents)) / BigInt(purchase.amount_paid_cents);
  return Number(part) - Number(takenBefore);
}

// Status and body of an answer. 409 makes Stripe deliver a refund again whose purchase has not come yet.
export function replyTo(result) {
  return { status: result === "no_purchase" ? 409 : 200, body: { received: true, result } };
}

export function endOnSignal(close) {
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, async () => {
      await close();
      process.exit(0);
    });
  }
}
