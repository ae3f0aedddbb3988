// The rows of a plan as one statement: a WITH that fills each table from arrays, so that a batch of one costs
// one round trip as a batch of many does. Nothing in it joins a table: there is no plan that statistics could
// spoil.
#include "postgres_apply.hpp"

#include "ledger/evidence.hpp"
#include "pg_array.hpp"

#include <map>

namespace tokenledger::ledger {

namespace {

// The last second that every client can show: 9999-12-31T23:59:59Z. The exact value stays in the evidence.
constexpr std::int64_t max_event_created = 253'402'300'799;

// Parameters in the order of the add_ functions below. Events are numbered by the identity column as they
// come, that is in the order of the batch. The first credit of a payment stands for ever, and a chain never
// goes back: rows that would break that are left out, and the counts tell.
constexpr std::string_view statement = R"sql(
WITH events AS (
    INSERT INTO tokenledger.stripe_events (event_id, event_type, result, reason, payment_intent_id, endpoint, account,
           api_version, livemode, stripe_created_at, evidence_format, evidence)
    SELECT event_id, event_type, result, reason, payment_intent_id, endpoint, account,
           api_version, livemode, to_timestamp(created), evidence_format, evidence
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                  $8::text[], $9::boolean[], $10::bigint[], $11::smallint[], $39::bytea[])
        AS given (event_id, event_type, result, reason, payment_intent_id, endpoint, account,
                  api_version, livemode, created, evidence_format, evidence)
        ON CONFLICT (event_id) DO NOTHING
 RETURNING event_id
), credits AS (
    INSERT INTO tokenledger.payments AS known (payment_intent_id, user_id, tokens, amount_cents, currency, catalog,
           pack, quantity, credited_at)
    SELECT payment_intent_id, user_id, tokens, amount_cents, currency, catalog,
           pack, quantity, coalesce(timestamptz 'epoch' + at_us * interval '1 microsecond', clock_timestamp())
      FROM unnest($12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::text[], $17::text[],
                  $18::text[], $19::bigint[], $20::bigint[])
        AS given (payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity, at_us)
        ON CONFLICT (payment_intent_id) DO UPDATE
       SET user_id = EXCLUDED.user_id, tokens = EXCLUDED.tokens, amount_cents = EXCLUDED.amount_cents,
           currency = EXCLUDED.currency, catalog = EXCLUDED.catalog, pack = EXCLUDED.pack,
           quantity = EXCLUDED.quantity, credited_at = EXCLUDED.credited_at
     WHERE known.user_id IS NULL
 RETURNING 1
), transactions AS (
    INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, token_amount,
           balance_before, balance_after, amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id,
           pack, quantity, created_at)
    SELECT user_id, sequence, transaction_type, source, token_amount,
           balance_before, balance_after, amount_paid_cents, currency, payment_intent_id, event_id,
           pack, quantity, timestamptz 'epoch' + at_us * interval '1 microsecond'
      FROM unnest($21::text[], $22::bigint[], $23::text[], $24::text[], $25::bigint[], $26::bigint[], $27::bigint[],
                  $28::bigint[], $29::text[], $30::text[], $31::text[], $32::text[], $33::bigint[], $34::bigint[])
        AS given (user_id, sequence, transaction_type, source, token_amount, balance_before, balance_after,
                  amount_paid_cents, currency, payment_intent_id, event_id, pack, quantity, at_us)
 RETURNING 1
), balances AS (
    INSERT INTO tokenledger.token_accounts AS known (user_id, balance, last_sequence, last_transaction_at)
    SELECT user_id, balance, last_sequence, timestamptz 'epoch' + at_us * interval '1 microsecond'
      FROM unnest($35::text[], $36::bigint[], $37::bigint[], $38::bigint[])
        AS given (user_id, balance, last_sequence, at_us)
        ON CONFLICT (user_id) DO UPDATE
       SET balance = EXCLUDED.balance, last_sequence = EXCLUDED.last_sequence,
           last_transaction_at = EXCLUDED.last_transaction_at
     WHERE known.last_sequence < EXCLUDED.last_sequence
 RETURNING 1
)
SELECT 'event', event_id FROM events
UNION ALL SELECT 'credits', count(*)::text FROM credits
UNION ALL SELECT 'transactions', count(*)::text FROM transactions
UNION ALL SELECT 'balances', count(*)::text FROM balances
)sql";

class parameters {
  public:
    template <class... Arrays>
    void add(Arrays&&... columns) {
        (values_.emplace_back(std::move(columns).finish()), ...);
    }
    [[nodiscard]] pg::params values() const { return values_; }

  private:
    std::vector<std::optional<std::string>> values_;
};

const stripe_event& event_of(const event_row& row, std::span<const command> batch) {
    return std::get<stripe_command>(batch[row.command]).event;
}

// Returns the evidence, which is the last parameter of all.
std::string add_events(parameters& into, const batch_plan& rows, std::span<const command> batch,
                       std::span<const std::string> evidence) {
    pg::array id, type, result, reason, payment, endpoint, account, version, livemode, created, format;
    pg::bytes_array packed(rows.events.size());
    for (const event_row& row : rows.events) {
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
        if (row.with_evidence) {
            format.add(std::int64_t{evidence_format_zstd});
            packed.add(evidence[row.command]);
        } else {
            format.add_null();
            packed.add_null();
        }
    }
    into.add(std::move(id), std::move(type), std::move(result), std::move(reason), std::move(payment),
             std::move(endpoint), std::move(account), std::move(version), std::move(livemode),
             std::move(created), std::move(format));
    return std::move(packed).finish();
}

void add_payments(parameters& into, const batch_plan& rows) {
    std::map<std::string_view, std::int64_t> purchased_at;
    for (const transaction_row& row : rows.transactions) {
        if (row.type == transaction_type::purchase)
            purchased_at.emplace(row.payment_intent_id, row.created_at_us);
    }
    pg::array id, user, tokens, amount, currency, catalog, pack, quantity, credited_at;
    for (const auto& [payment, credited] : rows.payments) {
        id.add(payment);
        user.add(credited.user_id);
        tokens.add(credited.tokens);
        amount.add(credited.amount_cents);
        currency.add(credited.currency);
        catalog.add(credited.catalog);
        pack.add(credited.pack);
        quantity.add(credited.quantity);
        const auto at = purchased_at.find(payment);
        credited_at.add(at == purchased_at.end() ? std::nullopt : std::optional(at->second));
    }
    into.add(std::move(id), std::move(user), std::move(tokens), std::move(amount), std::move(currency),
             std::move(catalog), std::move(pack), std::move(quantity), std::move(credited_at));
}

void add_transactions(parameters& into, const batch_plan& rows) {
    pg::array user, sequence, type, source, tokens, before, after;
    pg::array paid, currency, payment, event, pack, quantity, at;
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
    }
    into.add(std::move(user), std::move(sequence), std::move(type), std::move(source), std::move(tokens),
             std::move(before), std::move(after), std::move(paid), std::move(currency), std::move(payment),
             std::move(event), std::move(pack), std::move(quantity), std::move(at));
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

// What was written is what was planned; otherwise the locks did not hold what they promise.
void check_count(std::string_view what, std::int64_t written, std::size_t planned) {
    if (written != static_cast<std::int64_t>(planned))
        throw store_error(store_failure::conflict, std::string(what) + ": " + std::to_string(written) +
                                                       " rows written, " + std::to_string(planned) +
                                                       " planned");
}

} // namespace

std::vector<std::size_t> apply_rows(pg::connection& connection, const batch_plan& rows,
                                    std::span<const command> batch, std::span<const std::string> evidence) {
    parameters columns;
    const std::string packed = add_events(columns, rows, batch, evidence);
    add_payments(columns, rows);
    add_transactions(columns, rows);
    add_accounts(columns, rows);
    const pg::result written = connection.exec(std::string(statement), columns.values(), packed);

    event_id_set added;
    for (std::size_t row = 0; row < written.size(); ++row) {
        const std::string_view what = written.text(row, 0);
        if (what == "event")
            added.emplace(written.text(row, 1));
        else if (what == "credits")
            check_count("payments", written.number(row, 1), rows.payments.size());
        else if (what == "transactions")
            check_count("token_transactions", written.number(row, 1), rows.transactions.size());
        else
            check_count("token_accounts", written.number(row, 1), rows.accounts.size());
    }

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
