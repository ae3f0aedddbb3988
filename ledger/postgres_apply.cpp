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

class statement {
  public:
    // Hands over one column; returns how the statement calls it.
    std::string column(pg::array&& values, std::string_view type) {
        values_.emplace_back(std::move(values).finish());
        return "$" + std::to_string(values_.size()) + "::" + std::string(type) + "[]";
    }

    // `insert` fills one table; `report` reads what it returned, as two columns of text: what, value.
    void add(std::string_view name, const std::string& insert, std::string_view report) {
        with_ += (with_.empty() ? "WITH " : ", ") + std::string(name) + " AS (" + insert + ")";
        report_ += (report_.empty() ? "" : " UNION ALL ") + std::string(report);
    }

    [[nodiscard]] std::string sql() const { return with_ + " " + report_; }
    [[nodiscard]] pg::params values() const { return values_; }

  private:
    std::vector<std::optional<std::string>> values_;
    std::string with_;
    std::string report_;
};

const stripe_event& event_of(const event_row& row, std::span<const command> batch) {
    return std::get<stripe_command>(batch[row.command]).event;
}

void add_events(statement& into, const batch_plan& rows, std::span<const command> batch,
                std::span<const std::string> evidence) {
    std::size_t evidence_bytes = 0;
    for (const event_row& row : rows.events)
        evidence_bytes += 4 + (row.with_evidence ? 2 * evidence[row.command].size() : 0);
    pg::array id, type, result, reason, payment, endpoint, account, version, livemode, created;
    pg::array packed(evidence_bytes);
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
        if (row.with_evidence)
            packed.add_hex(evidence[row.command]);
        else
            packed.add_null();
    }
    // In the order of the batch: the identity column numbers the rows as they come.
    into.add(
        "new_events",
        "INSERT INTO tokenledger.stripe_events (event_id, event_type, result, reason, payment_intent_id,"
        " endpoint, account, api_version, livemode, stripe_created_at, evidence_format, evidence)"
        " SELECT event_id, event_type, result, reason, payment_intent_id, endpoint, account, api_version,"
        " livemode, to_timestamp(created), CASE WHEN packed IS NOT NULL THEN " +
            std::to_string(evidence_format_zstd) + " END, decode(packed, 'hex') FROM unnest(" +
            into.column(std::move(id), "text") + "," + into.column(std::move(type), "text") + "," +
            into.column(std::move(result), "text") + "," + into.column(std::move(reason), "text") + "," +
            into.column(std::move(payment), "text") + "," + into.column(std::move(endpoint), "text") + "," +
            into.column(std::move(account), "text") + "," + into.column(std::move(version), "text") + "," +
            into.column(std::move(livemode), "boolean") + "," + into.column(std::move(created), "bigint") +
            "," + into.column(std::move(packed), "text") +
            ") AS given (event_id, event_type, result, reason, payment_intent_id, endpoint, account,"
            " api_version, livemode, created, packed)"
            " ON CONFLICT (event_id) DO NOTHING RETURNING event_id",
        "SELECT 'event', event_id FROM new_events");
}

void add_payments(statement& into, const batch_plan& rows) {
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
    into.add(
        "new_credits",
        "INSERT INTO tokenledger.payments AS known (payment_intent_id, user_id, tokens, amount_cents, "
        "currency,"
        " catalog, pack, quantity, credited_at)"
        " SELECT payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity,"
        " coalesce(timestamptz 'epoch' + credited_us * interval '1 microsecond', clock_timestamp())"
        " FROM unnest(" +
            into.column(std::move(id), "text") + "," + into.column(std::move(user), "text") + "," +
            into.column(std::move(tokens), "bigint") + "," + into.column(std::move(amount), "bigint") + "," +
            into.column(std::move(currency), "text") + "," + into.column(std::move(catalog), "text") + "," +
            into.column(std::move(pack), "text") + "," + into.column(std::move(quantity), "bigint") + "," +
            into.column(std::move(credited_at), "bigint") +
            ") AS given (payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack, quantity,"
            " credited_us)"
            " ON CONFLICT (payment_intent_id) DO UPDATE SET user_id = EXCLUDED.user_id, tokens = "
            "EXCLUDED.tokens,"
            " amount_cents = EXCLUDED.amount_cents, currency = EXCLUDED.currency, catalog = EXCLUDED.catalog,"
            " pack = EXCLUDED.pack, quantity = EXCLUDED.quantity, credited_at = EXCLUDED.credited_at"
            " WHERE known.user_id IS NULL RETURNING 1", // the first credit stands for ever
        "SELECT 'credits', count(*)::text FROM new_credits");
}

void add_transactions(statement& into, const batch_plan& rows) {
    pg::array user, sequence, type, source, tokens, before, after, paid, currency, payment, event, pack,
        quantity, created_at;
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
        created_at.add(row.created_at_us);
    }
    into.add(
        "new_transactions",
        "INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, "
        "token_amount,"
        " balance_before, balance_after, amount_paid_cents, currency, stripe_payment_intent_id, "
        "stripe_event_id,"
        " pack, quantity, created_at)"
        " SELECT user_id, sequence, transaction_type, source, token_amount, balance_before, balance_after,"
        " amount_paid_cents, currency, payment_intent_id, event_id, pack, quantity,"
        " timestamptz 'epoch' + created_us * interval '1 microsecond' FROM unnest(" +
            into.column(std::move(user), "text") + "," + into.column(std::move(sequence), "bigint") + "," +
            into.column(std::move(type), "text") + "," + into.column(std::move(source), "text") + "," +
            into.column(std::move(tokens), "bigint") + "," + into.column(std::move(before), "bigint") + "," +
            into.column(std::move(after), "bigint") + "," + into.column(std::move(paid), "bigint") + "," +
            into.column(std::move(currency), "text") + "," + into.column(std::move(payment), "text") + "," +
            into.column(std::move(event), "text") + "," + into.column(std::move(pack), "text") + "," +
            into.column(std::move(quantity), "bigint") + "," + into.column(std::move(created_at), "bigint") +
            ") AS given (user_id, sequence, transaction_type, source, token_amount, balance_before,"
            " balance_after, amount_paid_cents, currency, payment_intent_id, event_id, pack, quantity,"
            " created_us) RETURNING 1",
        "SELECT 'transactions', count(*)::text FROM new_transactions");
}

void add_accounts(statement& into, const batch_plan& rows) {
    pg::array user, balance, sequence, last_at;
    for (const auto& [name, account] : rows.accounts) {
        user.add(name);
        balance.add(account.balance);
        sequence.add(account.last_sequence);
        last_at.add(account.last_created_at_us);
    }
    into.add(
        "new_balances",
        "INSERT INTO tokenledger.token_accounts AS known (user_id, balance, last_sequence, "
        "last_transaction_at)"
        " SELECT user_id, balance, last_sequence, timestamptz 'epoch' + last_us * interval '1 microsecond'"
        " FROM unnest(" +
            into.column(std::move(user), "text") + "," + into.column(std::move(balance), "bigint") + "," +
            into.column(std::move(sequence), "bigint") + "," + into.column(std::move(last_at), "bigint") +
            ") AS given (user_id, balance, last_sequence, last_us)"
            " ON CONFLICT (user_id) DO UPDATE SET balance = EXCLUDED.balance,"
            " last_sequence = EXCLUDED.last_sequence, last_transaction_at = EXCLUDED.last_transaction_at"
            " WHERE known.last_sequence < EXCLUDED.last_sequence RETURNING 1",
        "SELECT 'balances', count(*)::text FROM new_balances");
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
    statement all;
    if (!rows.events.empty())
        add_events(all, rows, batch, evidence);
    if (!rows.payments.empty())
        add_payments(all, rows);
    if (!rows.transactions.empty())
        add_transactions(all, rows);
    if (!rows.accounts.empty())
        add_accounts(all, rows);
    if (all.values().empty())
        return {};

    const pg::result written = connection.exec(all.sql(), all.values());
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
