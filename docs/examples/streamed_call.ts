// A streamed AI call that pays for what it consumed: hold, stream, capture. docs/credits.md explains it.
//
//     node streamed_call.ts USER CALL_ID [whole | abort-early | abort-midway | failure]
//
// The model is a fake, of five chunks with 50 tokens each. Node from 22.18 on runs this file as it is.
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const SOCKET = process.env.TOKENLEDGER_SOCKET ?? "/run/tokenledger/admin.sock";
const ATTEMPTS = 5;

type Problem = { type: string; title: string; status: number; detail: string };
// Tokens are integers up to 2^63-1: beyond 2^53 let your JSON parser keep them as text.
type Done = {
  transactions: { sequence: number; token_amount: number; balance_after: number }[];
  uncovered?: number;
  hold?: { state: "open" | "captured" | "released" | "expired"; held: number; available: number };
};
type Chunk = { text: string; tokens: number };

class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.type}: ${problem.detail}`);
    this.problem = problem;
  }
}

// The user no longer waits for the answer.
class Aborted extends Error {}

function send(path: string, body: object): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    const options = { socketPath: SOCKET, method: "POST", path, headers, timeout: 10_000 };
    const request = http.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text })).on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer in time"))).on("error", reject);
    request.end(JSON.stringify(body));
  });
}

// The ids in a request are its key. After a lost answer or a 503 it is sent again, and takes effect once.
async function post(path: string, body: object): Promise<Done> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { status, text } = await send(path, body);
      if (status === 200) return JSON.parse(text) as Done;
      if (status !== 503 || attempt === ATTEMPTS) throw new Refused(JSON.parse(text) as Problem);
    } catch (error) {
      if (error instanceof Refused || attempt === ATTEMPTS) throw error;
    }
    await pause(100 * attempt);
  }
}

async function* fakeModel(scenario: string): AsyncGenerator<Chunk> {
  for (let number = 0; number < 5; number++) {
    if (scenario === "abort-early" || (scenario === "abort-midway" && number === 2)) throw new Aborted();
    if (scenario === "failure" && number === 3) throw new Error("the model failed");
    yield { text: `word${number} `, tokens: 50 };
  }
}

// `most`: the tokens that the call can consume at the worst. Says what became of the call.
async function streamedCall(user: string, call: string, most: number, chunks: AsyncIterable<Chunk>): Promise<string> {
  const id = encodeURIComponent(call);
  const { hold } = await post("/v1/holds", {
    hold_id: call, user_id: user, tokens: most, timeout_seconds: 300, action_type: "chat", model_used: "fake-model",
  });
  // An earlier run with this id got that far: do not call the model again.
  if (hold?.state !== "open") return `ended before: ${hold?.state}`;
  // If this process dies from here on, the hold times out by itself.
  let consumed = 0;
  let failure = "";
  try {
    for await (const { text, tokens } of chunks) {
      consumed += tokens;
      process.stderr.write(text);
    }
  } catch (error) {
    if (!(error instanceof Aborted)) failure = String(error); // what was consumed is captured all the same
  }
  if (consumed === 0) {
    await post(`/v1/holds/${id}/release`, { user_id: user });
    return "released";
  }
  const captured = await post(`/v1/holds/${id}/capture`, { user_id: user, tokens: consumed });
  const said = `captured ${consumed}, ${captured.uncovered ?? 0} uncovered`;
  if (failure === "" || captured.transactions.length === 0) return said;
  await post(`/v1/usage/${id}/reverse`, { user_id: user, reason: failure });
  return `${said}, reversed`;
}

const [user = "", call = "", scenario = "whole"] = process.argv.slice(2);
streamedCall(user, call, 400, fakeModel(scenario)).then(console.log, (error: unknown) => {
  if (!(error instanceof Refused)) throw error;
  console.error(`refused: ${error.message}`);
  process.exitCode = 1;
});
