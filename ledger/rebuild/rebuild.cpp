// One snapshot of the ledger, one empty schema, and their differences after the replay.
#include "ledger/rebuild.hpp"

#include "ledger/schema.hpp"
#include "pg/connection.hpp"
#include "rebuild/parts.hpp"

namespace tokenledger::ledger {

namespace {

constexpr std::string_view one_snapshot =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0;"
    " SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL TimeZone = 'UTC'; SET LOCAL jit = off; ";

constexpr std::string_view rows_there =
    "SELECT EXISTS (SELECT FROM tokenledger.token_transactions) OR EXISTS (SELECT FROM "
    "tokenledger.token_accounts)"
    " OR EXISTS (SELECT FROM tokenledger.payments) OR EXISTS (SELECT FROM tokenledger.stripe_events)"
    " OR EXISTS (SELECT FROM tokenledger.idempotency_keys) OR EXISTS (SELECT FROM tokenledger.token_usage)";

void require_empty(const postgres_options& into) {
    if (const schema_report schema = inspect_schema(into); schema.state != schema_state::current)
        throw rebuild_refused("the database to rebuild into: " + schema.detail);
    pg::connection connection(into.url, into.connect_timeout);
    if (connection.exec(std::string(rows_there)).text(0, 0) == "t")
        throw rebuild_refused("the database to rebuild into is not empty");
}

} // namespace

rebuild_totals rebuild(const rebuild_options& options,
                       const std::function<void(const rebuild_difference&)>& sink) {
    require_empty(options.into);
    rebuild_totals totals;
    const difference_fn differs = [&](const rebuild_difference& each) {
        ++totals.differences;
        sink(each);
    };
    pg::connection from(options.from.url, options.from.connect_timeout);
    from.exec(std::string(one_snapshot) + std::string(pg::plain_text_settings));
    replay_all(from, options, totals, differs);

    pg::connection into(options.into.url, options.into.connect_timeout);
    into.exec(std::string(one_snapshot) + std::string(pg::plain_text_settings));
    if (options.progress)
        options.progress("compare", 0);
    const bool kept_all = totals.translated_anew == 0;
    compare_all(from, into, options.translate_all, kept_all, totals, differs);
    into.commit();
    from.commit();
    return totals;
}

} // namespace tokenledger::ledger
