// Fastify, the official SDK and postgres.js.
import Fastify from "fastify";
import postgres from "postgres";
import Stripe from "stripe";
import { apply } from "./ledger_tagged.mjs";
import { database, endOnSignal, POOL_SIZE, PORT, replyTo, STRIPE_KEY, STRIPE_WEBHOOK_SECRET } from "./purchases.mjs";

const stripe = new Stripe(STRIPE_KEY);
const sql = postgres({ host: database.sockets, user: database.user, database: database.name, max: POOL_SIZE });
const app = Fastify({ logger: false, forceCloseConnections: true });
// The signature covers the bytes.
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

app.post("/stripe/webhook", async (request, reply) => {
  const signature = request.headers["stripe-signature"];
  let event;
  try {
    event = stripe.webhooks.constructEvent(request.body, signature, STRIPE_WEBHOOK_SECRET);
  } catch {
    return reply.code(400).send({ result: "bad_signature" });
  }
  try {
    const { status, body } = replyTo(await apply(sql, event, signature, request.body.toString("utf8")));
    return reply.code(status).send(body);
  } catch (error) {
    console.error(error);
    return reply.code(500).send({ result: "error" });
  }
});

await app.listen({ port: PORT, host: "127.0.0.1" });
endOnSignal(async () => {
  await app.close();
  await sql.end();
});
