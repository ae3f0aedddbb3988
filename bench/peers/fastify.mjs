// Fastify, the official SDK and postgres.js.
import Fastify from "fastify";
import postgres from "postgres";
import Stripe from "stripe";
import { apply } from "./ledger_tagged.mjs";
import { DATABASE_URL, endOnSignal, POOL_SIZE, PORT, replyTo, STRIPE_KEY, STRIPE_WEBHOOK_SECRET } from "./purchases.mjs";

const stripe = new Stripe(STRIPE_KEY);
const url = new URL(DATABASE_URL.replace("///", "//localhost/")); // the directory of the socket is said apart
const sql = postgres({
  host: url.searchParams.get("host"),
  user: url.searchParams.get("user"),
  database: url.pathname.slice(1),
  max: POOL_SIZE,
});
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
