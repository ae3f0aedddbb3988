// Express, the official SDK and pg.
import express from "express";
import pg from "pg";
import Stripe from "stripe";
import { apply } from "./ledger_pg.mjs";
import { DATABASE_URL, endOnSignal, POOL_SIZE, PORT, replyTo, STRIPE_KEY, STRIPE_WEBHOOK_SECRET } from "./purchases.mjs";

const stripe = new Stripe(STRIPE_KEY);
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: POOL_SIZE });
const app = express();
app.disable("x-powered-by");

app.post("/stripe/webhook", express.raw({ type: "application/json", limit: "1mb" }), async (request, response) => {
  const signature = request.headers["stripe-signature"];
  let event;
  try {
    event = stripe.webhooks.constructEvent(request.body, signature, STRIPE_WEBHOOK_SECRET);
  } catch {
    return response.status(400).json({ result: "bad_signature" });
  }
  try {
    const { status, body } = replyTo(await apply(pool, event, signature, request.body.toString("utf8")));
    response.status(status).json(body);
  } catch (error) {
    console.error(error);
    response.status(500).json({ result: "error" });
  }
});

const server = app.listen(PORT, "127.0.0.1");
endOnSignal(async () => {
  server.closeAllConnections();
  await pool.end();
});
