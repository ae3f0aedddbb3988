// Bun.serve, the official SDK and Bun.sql.
import { SQL } from "bun";
import Stripe from "stripe";
import { apply } from "./ledger_tagged.mjs";
import { database, endOnSignal, POOL_SIZE, PORT, replyTo, STRIPE_KEY, STRIPE_WEBHOOK_SECRET } from "./purchases.mjs";

const stripe = new Stripe(STRIPE_KEY);
const sql = new SQL({
  adapter: "postgres",
  path: `${database.sockets}/.s.PGSQL.5432`,
  username: database.user,
  database: database.name,
  max: POOL_SIZE,
});

async function receive(request) {
  const signature = request.headers.get("stripe-signature");
  const text = await request.text();
  let event;
  try {
    event = await stripe.webhooks.constructEventAsync(text, signature, STRIPE_WEBHOOK_SECRET);
  } catch {
    return Response.json({ result: "bad_signature" }, { status: 400 });
  }
  try {
    const { status, body } = replyTo(await apply(sql, event, signature, text));
    return Response.json(body, { status });
  } catch (error) {
    console.error(error);
    return Response.json({ result: "error" }, { status: 500 });
  }
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: PORT,
  routes: { "/stripe/webhook": { POST: receive } },
});
endOnSignal(async () => {
  await server.stop(true);
  await sql.end();
});
