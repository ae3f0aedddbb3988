// One table of the calls, one of everything else. tests/admin/openapi_test.cpp finds rows that nothing uses.
#include "openapi/words.hpp"

#include <array>

namespace tokenledger::admin {

namespace {

constexpr std::array calls{
    call_words{"POST /v1/grants", "grant", "Grant tokens"},
    call_words{"POST /v1/deductions", "deduct", "Deduct tokens"},
    call_words{"POST /v1/transfers", "transfer", "Transfer tokens"},
    call_words{"POST /v1/usage", "use", "Report what an AI call consumed, and charge it"},
    call_words{"POST /v1/usage/{request_id}/reverse", "reverseUsage", "Give back what a usage was charged",
               "Once for each usage; the first outcome is repeated."},
    call_words{"POST /v1/batch", "batch", "Do several of these, all or nothing"},
    call_words{"GET /v1/accounts/{user_id}", "getAccount", "Show an account, now or at a time or sequence"},
    call_words{"GET /v1/transactions", "listTransactions", "List transactions"},
    call_words{"GET /v1/purchases", "listPurchases", "List purchases"},
    call_words{"GET /v1/usage", "listUsage", "List usage"},
    call_words{"GET /v1/activity", "listActivity", "List transactions and usage, joined in time order"},
    call_words{"GET /v1/payments/{stripe_payment_intent_id}", "getPayment", "Explain a payment"},
    call_words{"GET /v1/payments/{stripe_payment_intent_id}/prove", "provePayment", "Prove a payment"},
    call_words{"GET /v1/events", "listEvents", "List events by what became of them"},
    call_words{"GET /v1/events/{event_id}", "getEvent", "Show an event", "The body also needs operate."},
    call_words{"POST /v1/events/{event_id}/retry", "retryEvent",
               "Apply a parked event again, after its cause is mended"},
    call_words{"POST /v1/events/{event_id}/dismiss", "dismissEvent",
               "Remove an event from the queue without applying it"},
    call_words{"POST /v1/events/{event_id}/assign", "assignEvent",
               "Complete a parked purchase's missing user and tokens"},
    call_words{"GET /v1/reports/usage", "reportUsage",
               "Sum up usage by action and model, or by account and member"},
    call_words{"GET /v1/reports/transactions", "reportTransactions",
               "Sum up transactions by type, source, pack and currency"},
    call_words{"GET /v1/queue", "countQueue", "How many events are parked and wait now",
               "Counted in the database when it is asked."},
    call_words{
        "GET /v1/verify", "verify", "Prove the books",
        "One at a time; a large ledger takes longer than a request may: then use tokenledgerd verify."},
};

constexpr std::array words{
    // Bodies.
    word{"Grant", "Adds tokens to an account."},
    word{"Grant.user_id", "User id of the account; it is created if there is none."},
    word{"Grant.tokens", "Tokens to move."},
    word{"Grant.source", "Default: admin. The others need a reference."},
    word{"Grant.reason", "Why, in an operator's words."},
    word{"Grant.reference", "The invoice or subscription that is granted for: unique per source, for ever."},
    word{"Grant.metadata", "For the application's own use."},
    word{"Grant.existing",
         "true: refused with unknown_account where there is no account yet. Default: false."},
    word{"Deduction", "Takes tokens from an account."},
    word{"Deduction.user_id", "User id of the account."},
    word{"Deduction.tokens", "Tokens to move."},
    word{"Deduction.reason", "Why, in an operator's words."},
    word{"Deduction.allow_negative", "The balance may go below zero. Default: false."},
    word{"Transfer", "Moves tokens between two accounts: two rows, one transaction."},
    word{"Transfer.from", "The sender."},
    word{"Transfer.to", "The receiver; the account exists."},
    word{"Transfer.tokens", "Tokens to move."},
    word{"Transfer.reason", "Why, in an operator's words."},
    word{"Usage", "What one AI call consumed; with charge, also a deduction."},
    word{"Usage.request_id", "The application's id of the operation, and its idempotency key."},
    word{"Usage.user_id", "Who consumed."},
    word{"Usage.action_type", "What was done: vision_generation, chat_conversation, image_generation, ..."},
    word{"Usage.model_used", "The model that answered."},
    word{"Usage.tokens_used", "The model's tokens in total; not tokens of the balance."},
    word{"Usage.input_tokens", "The model's tokens read."},
    word{"Usage.output_tokens", "The model's tokens written."},
    word{"Usage.cost_estimate",
         "Cents, a decimal that is not negative, kept exactly as written. A string keeps its "
         "digits through any JSON library."},
    word{"Usage.charge", "Tokens to deduct from the account, in the same transaction. Default: 0."},
    word{"Usage.cached_input_tokens", "Of input_tokens, those that the model had cached."},
    word{"Usage.reasoning_tokens", "Of output_tokens, those that the model spent on reasoning."},
    word{"Usage.member", "Who of a shared account made the call."},
    word{"Usage.occurred_at",
         "When the call was made: at most 30 days ago, and not in the future. Default: when it is reported."},
    word{"Usage.metadata", "For the application's own use."},
    word{"Usage.overrun",
         "What becomes of a charge that is higher than the balance. refuse: 409, nothing is recorded. "
         "to_zero: "
         "what is there is charged, and uncovered says the rest. allow_negative: all of it is charged. "
         "Default: refuse."},
    word{"Reversal",
         "Gives back what a usage was charged, for a call that failed: once, all of it or a part."},
    word{"Reversal.request_id", "Of the usage."},
    word{"Reversal.user_id", "Whom the usage was charged to."},
    word{"Reversal.tokens", "Tokens to give back, at most what was charged. Default: all."},
    word{"Reversal.reason", "Why, in free text."},
    word{"Batch", "Several operations in one transaction, all or nothing."},
    word{"Dismissal", "Why the event is taken off the queue."},
    word{"Dismissal.reason", "In an operator's words."},
    word{"Assignment", "What the event lacks."},
    word{"Assignment.user_id", "Who bought."},
    word{"Assignment.tokens", "Tokens to credit for the whole payment. These or a pack."},
    word{"Assignment.pack",
         "A pack of the catalogue of the event's endpoint: its tokens, by today's configuration, "
         "whatever was paid. It stays on the payment."},
    word{"Assignment.quantity", "How many of the pack. Default: 1."},
    word{"Assignment.reason", "Why, in an operator's words."},

    // Parameters.
    word{"?at", "The account as it was: a sequence (digits), a time (RFC 3339) or a day."},
    word{"?user_id", "Only this user's rows."},
    word{"?action_type", "Only this kind of operation."},
    word{"?model_used", "Only this model."},
    word{"?member", "Only this member of an account."},
    word{"?group_by", "One row per action and model, or one per account and member."},
    word{"?time", "Count usage by when it was reported, or by when it occurred."},
    word{"?result", "Only events with this result; parked and waiting are the operator's queue."},
    word{"?reason", "Only events with this reason."},
    word{"?stripe_payment_intent_id", "Only events of this payment."},
    word{"?type", "Only rows of this type."},
    word{"events?type", "Only events of this type of Stripe's."},
    word{"?source", "Only rows from this source."},
    word{"?actor", "Only rows that this uid asked for."},
    word{"?from", "Not before this time (RFC 3339) or day."},
    word{"?to", "Before this time or day."},
    word{"?cursor", "next of the page before, with the same filters and order."},
    word{"?limit", "Rows of a page."},
    word{"?order", "oldest_first can be followed: asking again with the last next shows what was added."},
    word{"?span", "One row per group, or one per group and day of time_zone."},
    word{"?time_zone",
         "Whose days span=day are: a name of PostgreSQL's pg_timezone_names. Days in from and to are of UTC "
         "all the same; a time with an offset says more."},
    word{"?Idempotency-Key", "The same key with the same command gives the first outcome again; with another "
                             "command it is refused. A refusal consumes no key."},

    // Replies to writes.
    word{"*.token_amount", "Signed."},
    word{"Posting", "A row of token_transactions that a write caused."},
    word{"Posting.sequence",
         "The place in the user's chain, from 1, without gaps. 1: the account is new with it."},
    word{"Applied", "What a write did. A replay has the same body as the first answer, and the header "
                    "Idempotency-Replayed: true."},
    word{"*.uncovered", "Tokens of the charges that no balance covered, and that were not deducted."},
    word{"EventOutcome", "What became of the event, and the rows that caused."},
    word{"EventOutcome.reason", "Why it is parked or ignored."},
    word{"Problem", "Why a request was not served: RFC 9457."},
    word{"Problem.type", "Does not change."},
    word{"Problem.detail", "What to do."},
    word{"Problem.item", "Which item of a batch, from 0."},
    word{"Problem.field", "Which member of the body, or parameter of the query."},
    word{"Problem.nearest", "The known name nearest to an unknown one."},
    word{"Problem.reason", "Why an event is parked."},

    // Rows of the lists.
    word{"Page.next", "The cursor of the page after this one."},
    word{"Page.more", "There is a further row now."},
    word{"Transaction", "A row of token_transactions. What is absent is left out."},
    word{"Transaction.amount_paid_cents", "Minor units of currency."},
    word{"Transaction.currency", "ISO 4217, lower case."},
    word{"Transaction.pack", "Of the catalogue."},
    word{"Transaction.actor", "uid of who asked."},
    word{"Transaction.counterparty_user_id", "The other side of a transfer."},
    word{"Transaction.usage_request_id", "The operation that was charged."},
    word{"Purchase", "A purchase, with what was taken back since."},
    word{"Purchase.refunded_tokens", "Taken back by now, refunds and disputes together."},
    word{"Purchase.refunded_cents", "The money behind them."},
    word{"UsageRow", "A row of token_usage."},
    word{"UsageRow.cost_estimate", "Cents."},
    word{"UsageRow.deduction_sequence", "Of the deduction in token_transactions."},
    word{"UsageRow.member", "Who of a shared account made the call."},
    word{"UsageRow.occurred_at", "By the application's clock."},
    word{"UsageRow.uncovered_tokens", "Of the charge, what the balance did not cover."},
    word{"UsageRow.reversed_tokens", "Of charged_tokens, what was given back."},
    word{"UsageRow.refund_sequence", "Of the transaction that gave it back."},
    word{"Activity", "A change of a balance, an operation, or, for a charged operation, both."},
    word{"Event", "An event that was accepted, and what became of it."},
    word{"Event.position", "Place in the commit order."},
    word{"Event.type", "Stripe's type."},
    word{"Event.endpoint", "Path of the endpoint it came in by."},
    word{"Event.account", "Connected account."},
    word{"Event.stripe_created_at", "Stripe's clock."},
    word{"Event.has_evidence", "Its exact bytes are kept."},
    word{"Event.actions",
         "What operators did about it, the oldest first. Absent in lists, and where there is none."},
    word{"EventAction", "What an operator did about an event."},
    word{"EventAction.actor", "uid of the peer."},
    word{"EventWithBody", "With evidence where it is kept and the socket permits operate."},
    word{"EventWithBody.evidence", "What was delivered."},
    word{"EventWithBody.evidence.signature_header",
         "The field value; each byte as the character of its number."},
    word{"EventWithBody.evidence.body", "The body, byte for byte."},

    // Accounts and reports.
    word{"Account", "An account now."},
    word{"Account.last_sequence", "0: no transaction yet."},
    word{"Account.disputed_payments", "Payments with a dispute that is not decided yet."},
    word{"Account.disputed_payments[]", "PaymentIntent id."},
    word{"AccountThen", "An account as it was: at=."},
    word{"AccountThen.sequence", "0: no transaction by then."},
    word{"AccountThen.created_at", "Of that transaction."},
    word{"*.day", "A day of time_zone; only with span=day."},
    word{"TransactionReportRow.currency", "Money is never added up across currencies."},

    // A payment.
    word{"Payment", "What Stripe said of a payment, what it is worth now, and what was posted."},
    word{"Payment.credit", "Absent: never credited."},
    word{"Payment.credit.catalog", "Absent: the default one."},
    word{"Payment.facts", "What Stripe said."},
    word{"Payment.facts.refunded_currency", "Of refunded_cumulative_cents."},
    word{"Payment.facts.foreign", "Its metadata was seen, and it is not ours."},
    word{"Payment.facts.refunds[].currency", "In another one than the payment's it is not counted."},
    word{"Payment.facts.disputes[].balance_transactions[].amount_cents",
         "Negative: money was taken. Absent: kept before amounts were."},
    word{"Payment.facts.disputes[].balance_transactions[].currency",
         "Of the balance that it moved, which need not be the payment's."},
    word{"Payment.facts.disputes[].signs_only",
         "True: only versions that counted signs were told of it; it is worth what they made of it."},
    word{"Payment.taken_tokens", "Tokens taken back so far."},
    word{"Payment.entitlement", "What the facts come to now."},
    word{"Payment.entitlement.other_currency_refund",
         "A refund is in another currency than the payment: it is not counted."},
    word{"Payment.entitlement.in_dispute", "A dispute is not decided yet."},

    // Proofs, and the queue.
    word{"EventProof", "What can be said of one event's stored bytes."},
    word{"PaymentProof",
         "Signatures from the stored bytes with the configured secrets, arithmetic from the facts."},
    word{"PaymentProof.result", "The weakest of the events'; mismatch where there are faults."},
    word{"PaymentProof.faults", "What does not add up, in words."},
    word{"Discrepancy", "One thing that is not as it must be; docs/verify.md lists the checks."},
    word{"Verification", "The books, compared with themselves."},
    word{"Verification.discrepancies", "0: the books are clean."},
    word{"Queue", "The operator's queue."},
    word{"Queue.waiting", "Without what has expired."},
};

} // namespace

std::span<const call_words> all_call_words() noexcept {
    return calls;
}

std::span<const word> all_words() noexcept {
    return words;
}

} // namespace tokenledger::admin
