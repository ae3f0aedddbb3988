// The rows of a plan in one round trip: columns of arrays for functions that fill the tables, so that a
// batch of one costs as many round trips as a batch of many. migrations/20261122220000_apply_in_one_call.sql
// explains the functions; later migrations replace some.
#include "postgres/apply.hpp"

#include "codec/command.hpp"
#include "codec/evidence.hpp"
#include "pg/array.hpp"
#include "pg/parameters.hpp"
#include "postgres/lots.hpp"
#include "postgres/payments.hpp"
#include "postgres/requests.hpp"

#include <algorithm>

namespace tokenledger::ledger {

namespace {

// The last second that every client can show: 9999-12-31T23:59:59Z. The exact value stays in the evidence.
constexpr std::int64_t max_event_created = 253'402'300'799;

// Parameters in the order of the add_ functions below. The result has a row for each event that was not
// written, then one with the number of rows written to the other tables. Balances come last: the foreign
// key of a transaction finds its account as it was locked, and writes nothing. The clock is read after
// them, when the tables are locked: the time of rows that have none.
constexpr std::string_view statement = R"sql(
SELECT known, 0, 0, 0, 0
  FROM tokenledger.add_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $54, $55, $56) AS given (known)
 UNION ALL
SELECT NULL,
       tokenledger.set_payments($12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27),
       tokenledger.add_transactions($28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42,
                                    $43, $44, $45, $46, $47, $48, $49),
       tokenledger.set_balances($50, $51, $52, $53),
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
)sql";

const stripe_event& event_of(const event_row& row, std::span<const command> batch) {
    return std::get<stripe_command>(batch[row.command]).event;
}

// Two deliveries of one event are ordered by the lock of their payment. Events without a payment come
// first, sorted by id, so that two batches cannot wait for each other; the rest keep the order of the
// batch, from which their positions follow.
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

// The columns of events whose parameters come last.
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
        if (row.keeps_translation)
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
        not_ours.add(payment.facts.not_ours);
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
    pg::array reason, reference, key, actor, counterparty, request, metadata, effective;
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
        effective.add(row.effective_at_us);
    }
    into.add(std::move(user), std::move(sequence), std::move(type), std::move(source), std::move(tokens),
             std::move(before), std::move(after), std::move(paid), std::move(currency), std::move(payment),
             std::move(event), std::move(pack), std::move(quantity), std::move(at), std::move(reason),
             std::move(reference), std::move(key), std::move(actor), std::move(counterparty),
             std::move(request), std::move(metadata), std::move(effective));
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
    const pg::rows written = connection.exec(std::string(statement), columns.values(), last.evidence);

    event_id_set known;
    const std::size_t counts = written.size() - 1; // the last row
    for (std::size_t row = 0; row < counts; ++row)
        known.emplace(written.text(row, 0));
    check_count("payments", written.number(counts, 1), rows.payments.size());
    check_count("token_transactions", written.number(counts, 2), rows.transactions.size());
    check_count("token_accounts", written.number(counts, 3), rows.accounts.size());

    apply_details(connection, rows);
    apply_lots(connection, rows);
    apply_requests(connection, rows, batch, written.number(counts, 4));

    std::vector<std::size_t> committed_meanwhile;
    for (const event_row& row : rows.events) {
        const std::string& id = event_of(row, batch).id;
        if (!known.contains(id))
            continue;
        if (row.must_be_new)
            throw store_error(store_failure::conflict, "event " + id + " was committed meanwhile");
        committed_meanwhile.push_back(row.command);
    }
    return committed_meanwhile;
}

} // namespace tokenledger::ledger
