// Prints the Stripe-Signature header that Stripe's SDK makes for the payload on standard input.
// usage: node sign.mjs SECRET < PAYLOAD
import { text } from "node:stream/consumers";
import Stripe from "stripe";

const [secret] = process.argv.slice(2);
if (!secret) {
  console.error("usage: node sign.mjs SECRET < PAYLOAD");
  process.exit(2);
}
const stripe = new Stripe("sk_test_no_request_is_made");
const payload = await text(process.stdin);
const header = stripe.webhooks.generateTestHeaderString({ payload, secret });
// The SDK verifies its own header here: it throws if the header is wrong.
stripe.webhooks.constructEvent(payload, header, secret);
console.log(header);
