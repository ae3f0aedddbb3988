// Supabase's Stripe Sync Engine behind Fastify, as its own server has it. Another job: it mirrors Stripe's objects
// into tables and knows no balance.
import { createRequire } from "node:module";
import Fastify from "fastify";
import { DATABASE_URL, endOnSignal, POOL_SIZE, PORT, STRIPE_KEY, STRIPE_WEBHOOK_SECRET } from "./purchases.mjs";

// As a CommonJS module: the other form looks for its migrations in __dirname, which it does not have.
const { runMigrations, StripeSync } = createRequire(import.meta.url)("@supabase/stripe-sync-engine");

await runMigrations({ databaseUrl: DATABASE_URL, schema: "stripe" });
const sync = new StripeSync({
  schema: "stripe",
  poolConfig: { connectionString: DATABASE_URL, max: POOL_SIZE, keepAlive: true },
  stripeSecretKey: STRIPE_KEY,
  stripeWebhookSecret: STRIPE_WEBHOOK_SECRET,
  // It is to ask Stripe for nothing.
  autoExpandLists: false,
  backfillRelatedEntities: false,
});
const app = Fastify({ logger: false, forceCloseConnections: true });
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

app.post("/stripe/webhook", async (request, reply) => {
  try {
    await sync.processWebhook(request.body, request.headers["stripe-signature"]);
    return reply.send({ received: true, result: "applied" });
  } catch (error) {
    console.error(error);
    return reply.code(500).send({ result: "error" });
  }
});

await app.listen({ port: PORT, host: "127.0.0.1" });
endOnSignal(() => app.close());
