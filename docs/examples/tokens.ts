// The four token functions of a Next.js server: three over the admin socket, and the one that only Stripe can do.
// Node 20. `npm install stripe` for the last one.
import http from "node:http";
import Stripe from "stripe";

const SOCKET = process.env.TOKENLEDGER_SOCKET ?? "/run/tokenledger/admin.sock";
const agent = new http.Agent({ keepAlive: true });

export class TokenLedgerError extends Error {
  constructor(readonly status: number, readonly problem: { type: string; title: string; detail: string }) {
    super(problem.detail);
  }
}

// Tokens and balances are integers up to 2^63-1: beyond 2^53 let your JSON parser keep them as text.
function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", ...(key ? { "Idempotency-Key": key } : {}) };
    const request = http.request({ socketPath: SOCKET, agent, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const told = JSON.parse(Buffer.concat(chunks).toString());
        if (response.statusCode === 200) resolve(told);
        else reject(new TokenLedgerError(response.statusCode ?? 0, told));
      });
    });
    request.on("error", reject); // a write may be sent again with the same key: it takes effect once
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

type Applied = { result: string; transactions: { sequence: number; token_amount: number; balance_after: number }[] };

// A subscription's tokens: the invoice is the reference, so that no retry and no second webhook grants it twice.
export function grantTokens(userId: string, tokens: number, invoiceId: string): Promise<Applied> {
  const grant = { user_id: userId, tokens, source: "subscription", reference: invoiceId };
  return call("POST", "/v1/grants", grant, `grant:${invoiceId}`);
}

// `key` names the decision, not the attempt: a support ticket, the id of a row of yours.
export function recordAdminDeduction(userId: string, tokens: number, reason: string, key: string): Promise<Applied> {
  return call("POST", "/v1/deductions", { user_id: userId, tokens, reason }, key);
}

// What one AI call consumed; `charge` tokens of the balance are deducted in the same transaction. 409
// insufficient_balance: nothing was recorded.
export function trackTokenUsage(usage: {
  request_id: string; // of the AI call: its key
  user_id: string;
  action_type: string;
  model_used: string;
  tokens_used: number;
  input_tokens: number;
  output_tokens: number;
  cost_estimate: string; // cents, as a decimal: "0.0425"
  charge: number;
}): Promise<Applied> {
  return call("POST", "/v1/usage", usage);
}

export function balanceOf(userId: string): Promise<{ balance: number }> {
  return call("GET", `/v1/accounts/${encodeURIComponent(userId)}`);
}

// A purchase is recorded when Stripe says that it was paid, and by nobody else: what is said here travels with the
// payment, and the catalogue of tokenledgerd decides how many tokens it is.
export function recordTokenPackPurchase(stripe: Stripe, userId: string, pack: string, price: string, origin: string) {
  return stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ price, quantity: 1 }],
    payment_intent_data: { metadata: { user_id: userId, token_pack: pack } },
    success_url: `${origin}/tokens?paid`,
    cancel_url: `${origin}/tokens`,
  });
}
