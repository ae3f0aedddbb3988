// The rows of a plan as one statement: a WITH that fills each table from arrays, so that a batch of one costs
// one round trip as a batch of many does. Nothing in it joins a table: there is no plan that statistics could
// spoil.
#include "postgres_apply.hpp"

#include "ledger/command_codec.hpp"
#include "ledger/evidence.hpp"
#include "pg_array.hpp"
#include "pg_parameters.hpp"
#include "postgres_payments.hpp"
#include "postgres_requests.hpp"

#include <algorithm>

namespace tokenledger::ledger {

namespace {

// The last second that every client can show: 9999-12-31T23:59:59Z. The exact value stays in the evidence.
constexpr std::int64_t max_event_created = 253'402'300'799;

// Parameters in the order of the add_ functions below. Events are numbered by the identity column as they
// come, that is in the order of the batch. A row that claims nothing, ignored or parked by an endpoint of the
// other mode, gives way: Stripe sends one event to every endpoint that matches, and one of them may be the
// right one. The first credit of a payment stands for ever, and a chain never goes back: rows that would
// break that are left out, and the counts tell.
constexpr std::string_view statement = R"sql(
WITH events AS (
    INSERT INTO tokenledger.stripe_events AS known (event_id, event_type, result, reason, payment_intent_id, endpoint, account,
           api_version, livemode, stripe_created_at, evidence_format, effect, received_at, evidence)
    SELECT event_id, event_type, result, reason, payment_intent_id, endpoint, account,
           api_version, livemode, to_timestamp(created), evidence_format, effect,
           coalesce(timestamptz 'epoch' + at_us * interval '1 microsecond', now()), evidence
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                  $8::text[], $9::boolean[], $10::bigint[], $11::smallint[], $53::text[], $54::bigint[], $55::bytea[])
        AS given (event_id, event_type, result, reason, payment_intent_id, endpoint, account,
                  api_version, livemode, created, evidence_format, effect, at_us, evidence)
        ON CONFLICT (event_id) DO UPDATE
       SET result = EXCLUDED.result, reason = EXCLUDED.reason, payment_intent_id = EXCLUDED.payment_intent_id,
           endpoint = EXCLUDED.endpoint, account = EXCLUDED.account, livemode = EXCLUDED.livemode,
           position = DEFAULT, received_at = EXCLUDED.received_at, effect = EXCLUDED.effect,
           evidence_format = coalesce(known.evidence_format, EXCLUDED.evidence_format),
           evidence = coalesce(known.evidence, EXCLUDED.evidence)
     WHERE (EXCLUDED.result <> 'ignored' OR EXCLUDED.evidence IS NOT NULL
            OR EXCLUDED.effect IS NOT NULL AND known.effect IS NULL)
       AND (known.result = 'ignored' AND known.evidence IS NULL AND known.evidence_sha256 IS NULL
            OR known.reason = 'livemode_mismatch' AND EXCLUDED.reason IS DISTINCT FROM 'livemode_mismatch')
 RETURNING event_id
), payments AS (
    INSERT INTO tokenledger.payments AS known (payment_intent_id, user_id, tokens, amount_cents, currency, catalog,
           pack, quantity, credited_at, amount_requested_cents, refunded_cumulative_cents, canceled, not_ours,
           taken_tokens, lost_cents, has_details)
    SELECT payment_intent_id, user_id, tokens, amount_cents, currency, catalog,
           pack, quantity, timestamptz 'epoch' + at_us * interval '1 microsecond', requested, refunded, canceled,
           not_ours, taken, lost, has_details
      FROM unnest($12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::text[], $17::text[],
                  $18::text[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::boolean[],
                  $24::boolean[], $25::bigint[], $26::bigint[], $27::boolean[])
        AS given (payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity, at_us,
                  requested, refunded, canceled, not_ours, taken, lost, has_details)
        ON CONFLICT (payment_intent_id) DO UPDATE
       SET user_id = EXCLUDED.user_id, tokens = EXCLUDED.tokens, amount_cents = EXCLUDED.amount_cents,
           currency = EXCLUDED.currency, catalog = EXCLUDED.catalog, pack = EXCLUDED.pack,
           quantity = EXCLUDED.quantity, credited_at = EXCLUDED.credited_at,
           amount_requested_cents = EXCLUDED.amount_requested_cents,
           refunded_cumulative_cents = EXCLUDED.refunded_cumulative_cents, canceled = EXCLUDED.canceled,
           not_ours = EXCLUDED.not_ours, taken_tokens = EXCLUDED.taken_tokens, lost_cents = EXCLUDED.lost_cents,
           has_details = EXCLUDED.has_details
     WHERE known.user_id IS NULL
        OR (known.user_id, known.tokens, known.amount_cents, known.currency, known.credited_at)
         = (EXCLUDED.user_id, EXCLUDED.tokens, EXCLUDED.amount_cents, EXCLUDED.currency, EXCLUDED.credited_at)
 RETURNING 1
), transactions AS (
    INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, token_amount,
           balance_before, balance_after, amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id,
           pack, quantity, created_at, reason, reference, idempotency_key, actor, counterparty_user_id,
           usage_request_id, metadata)
    SELECT user_id, sequence, transaction_type, source, token_amount,
           balance_before, balance_after, amount_paid_cents, currency, payment_intent_id, event_id,
           pack, quantity, timestamptz 'epoch' + at_us * interval '1 microsecond', reason, reference,
           idempotency_key, actor, counterparty_user_id, usage_request_id, metadata::jsonb
      FROM unnest($28::text[], $29::bigint[], $30::text[], $31::text[], $32::bigint[], $33::bigint[], $34::bigint[],
                  $35::bigint[], $36::text[], $37::text[], $38::text[], $39::text[], $40::bigint[], $41::bigint[],
                  $42::text[], $43::text[], $44::text[], $45::bigint[], $46::text[], $47::text[], $48::text[])
        AS given (user_id, sequence, transaction_type, source, token_amount, balance_before, balance_after,
                  amount_paid_cents, currency, payment_intent_id, event_id, pack, quantity, at_us,
                  reason, reference, idempotency_key, actor, counterparty_user_id, usage_request_id, metadata)
 RETURNING 1
), balances AS (
    INSERT INTO tokenledger.token_accounts AS known (user_id, balance, last_sequence, last_transaction_at)
    SELECT user_id, balance, last_sequence, timestamptz 'epoch' + at_us * interval '1 microsecond'
      FROM unnest($49::text[], $50::bigint[], $51::bigint[], $52::bigint[])
        AS given (user_id, balance, last_sequence, at_us)
        ON CONFLICT (user_id) DO UPDATE
       SET balance = EXCLUDED.balance, last_sequence = EXCLUDED.last_sequence,
           last_transaction_at = EXCLUDED.last_transaction_at
     WHERE known.last_sequence < EXCLUDED.last_sequence
 RETURNING 1
)
SELECT 'event', event_id FROM events
UNION ALL SELECT 'payments', count(*)::text FROM payments
UNION ALL SELECT 'transactions', count(*)::text FROM transactions
UNION ALL SELECT 'balances', count(*)::text FROM balances
)sql";

const stripe_event& event_of(const event_row& row, std::span<const command> batch) {
    return std::get<stripe_command>(batch[row.command]).event;
}

// Two deliveries of one event are in one order by the lock of its payment. Events without one come first,
// sorted by id, so that two batches cannot wait for each other; the rest keep the order of the batch, which
// their position tells.
std::vector<const event_row*> in_lock_order(const batch_plan& rows, std::span<const command> batch) {
    std::vector<const event_row*> order;
    order.reserve(rows.events.size());
    for (const event_row& row : rows.events)
        order.push_back(&row);
    const auto locked = [&](const event_row* row) {
        return !payments_to_lock(batch.subspan(row->command, 1), {}).empty();
    };
    const auto end =
        std::stable_partition(order.begin(), order.end(), [&](const event_row* row) { return !locked(row); });
    std::sort(order.begin(), end, [&](const event_row* one, const event_row* other) {
        return event_of(*one, batch).id < event_of(*other, batch).id;
    });
    return order;
}

// Of events, what goes behind everything else.
struct last_parameters {
    pg::array effect;
    pg::array at;
    std::string evidence;
};

last_parameters add_events(parameters& into, const batch_plan& rows, std::span<const command> batch,
                           std::span<const std::string> evidence) {
    pg::array id, type, result, reason, payment, endpoint, account, version, livemode, created, format;
    pg::array effect, at;
    pg::bytes_array packed(rows.events.size());
    for (const event_row* each : in_lock_order(rows, batch)) {
        const event_row& row = *each;
        const stripe_event& event = event_of(row, batch);
        id.add(event.id);
        type.add(event.type);
        result.add(to_string(row.result));
        reason.add_or_null(to_string(row.reason));
        payment.add_or_null(event.payment_intent_id);
        endpoint.add(event.endpoint);
        account.add_or_null(event.account);
        version.add_or_null(event.api_version);
        livemode.add(event.livemode);
        const bool dated = event.created && *event.created >= 0 && *event.created <= max_event_created;
        created.add(dated ? event.created : std::nullopt);
        if (row.with_effect)
            effect.add(encode(std::get<stripe_command>(batch[row.command]).effect));
        else
            effect.add_null();
        at.add(time_of(row.at_us));
        if (row.with_evidence) {
            format.add(std::int64_t{evidence_format_current});
            packed.add(evidence[row.command]);
        } else {
            format.add_null();
            packed.add_null();
        }
    }
    into.add(std::move(id), std::move(type), std::move(result), std::move(reason), std::move(payment),
             std::move(endpoint), std::move(account), std::move(version), std::move(livemode),
             std::move(created), std::move(format));
    return {std::move(effect), std::move(at), std::move(packed).finish()};
}

void add_payments(parameters& into, const batch_plan& rows) {
    pg::array id, user, tokens, amount, currency, catalog, pack, quantity, credited_at;
    pg::array requested, refunded, canceled, not_ours, taken, lost, details;
    for (const payment_row& row : rows.payments) {
        const payment_state& payment = row.state;
        const auto& first = payment.credit;
        id.add(row.id);
        user.add(first ? std::optional(first->user_id) : std::nullopt);
        tokens.add(first ? std::optional(first->tokens) : std::nullopt);
        amount.add(first ? std::optional(first->amount_cents) : std::nullopt);
        currency.add(first ? std::optional(first->currency) : std::nullopt);
        catalog.add(first ? std::optional(first->catalog) : std::nullopt);
        const bool of_pack = first && !first->pack.empty();
        pack.add(of_pack ? std::optional(first->pack) : std::nullopt);
        quantity.add(of_pack ? std::optional(first->quantity) : std::nullopt);
        credited_at.add(first ? std::optional(first->credited_at_us) : std::nullopt);
        requested.add(payment.facts.amount_requested_cents);
        refunded.add(payment.facts.refunded_cumulative_cents);
        canceled.add(payment.facts.canceled);
        not_ours.add(payment.facts.foreign);
        taken.add(payment.taken_tokens);
        lost.add(payment.lost_cents);
        details.add(has_details(payment));
    }
    into.add(std::move(id), std::move(user), std::move(tokens), std::move(amount), std::move(currency),
             std::move(catalog), std::move(pack), std::move(quantity), std::move(credited_at),
             std::move(requested), std::move(refunded), std::move(canceled), std::move(not_ours),
             std::move(taken), std::move(lost), std::move(details));
}

void add_transactions(parameters& into, const batch_plan& rows) {
    pg::array user, sequence, type, source, tokens, before, after;
    pg::array paid, currency, payment, event, pack, quantity, at;
    pg::array reason, reference, key, actor, counterparty, request, metadata;
    for (const transaction_row& row : rows.transactions) {
        user.add(row.user_id);
        sequence.add(row.sequence);
        type.add(to_string(row.type));
        source.add(to_string(row.source));
        tokens.add(row.token_amount);
        before.add(row.balance_before);
        after.add(row.balance_after);
        paid.add(row.currency.empty() ? std::nullopt : std::optional(row.amount_paid_cents));
        currency.add_or_null(row.currency);
        payment.add_or_null(row.payment_intent_id);
        event.add_or_null(row.event_id);
        pack.add_or_null(row.pack);
        quantity.add(row.pack.empty() ? std::nullopt : std::optional(row.quantity));
        at.add(row.created_at_us);
        reason.add_or_null(row.reason);
        reference.add_or_null(row.reference);
        key.add_or_null(row.idempotency_key);
        actor.add(row.actor);
        counterparty.add_or_null(row.counterparty);
        request.add_or_null(row.usage_request_id);
        metadata.add_or_null(row.metadata);
    }
    into.add(std::move(user), std::move(sequence), std::move(type), std::move(source), std::move(tokens),
             std::move(before), std::move(after), std::move(paid), std::move(currency), std::move(payment),
             std::move(event), std::move(pack), std::move(quantity), std::move(at), std::move(reason),
             std::move(reference), std::move(key), std::move(actor), std::move(counterparty),
             std::move(request), std::move(metadata));
}

void add_accounts(parameters& into, const batch_plan& rows) {
    pg::array user, balance, sequence, at;
    for (const auto& [name, account] : rows.accounts) {
        user.add(name);
        balance.add(account.balance);
        sequence.add(account.last_sequence);
        at.add(account.last_created_at_us);
    }
    into.add(std::move(user), std::move(balance), std::move(sequence), std::move(at));
}

} // namespace

std::vector<std::size_t> apply_rows(pg::connection& connection, const batch_plan& rows,
                                    std::span<const command> batch, std::span<const std::string> evidence) {
    parameters columns;
    last_parameters last = add_events(columns, rows, batch, evidence);
    add_payments(columns, rows);
    add_transactions(columns, rows);
    add_accounts(columns, rows);
    columns.add(std::move(last.effect), std::move(last.at));
    const pg::result written = connection.exec(std::string(statement), columns.values(), last.evidence);

    event_id_set added;
    for (std::size_t row = 0; row < written.size(); ++row) {
        const std::string_view what = written.text(row, 0);
        if (what == "event")
            added.emplace(written.text(row, 1));
        else if (what == "payments")
            check_count("payments", written.number(row, 1), rows.payments.size());
        else if (what == "transactions")
            check_count("token_transactions", written.number(row, 1), rows.transactions.size());
        else
            check_count("token_accounts", written.number(row, 1), rows.accounts.size());
    }

    apply_details(connection, rows);
    apply_requests(connection, rows, batch);

    std::vector<std::size_t> committed_meanwhile;
    for (const event_row& row : rows.events) {
        const std::string& id = event_of(row, batch).id;
        if (added.contains(id))
            continue;
        if (row.has_effect)
            throw store_error(store_failure::conflict, "event " + id + " was committed meanwhile");
        committed_meanwhile.push_back(row.command);
    }
    return committed_meanwhile;
}

} // namespace tokenledger::ledger
