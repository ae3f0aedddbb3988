// Columns that are not named as their fields, and those of expired events.
#include "reader/rows.hpp"

#include "postgres/names.hpp"
#include "postgres/queue_counts.hpp"

namespace tokenledger::ledger {

void read_column(row_reader& from, transaction_type& into) {
    into = type_of(from.text());
}

void read_column(row_reader& from, source& into) {
    into = source_of(from.text());
}

const std::string& transaction_columns() {
    static const std::string columns = select_list<transaction_view>("t", {{"type", "t.transaction_type"}});
    return columns;
}

const std::string& usage_columns() {
    static const std::string columns = select_list<usage_view>(
        "u", {{"reversed_tokens", "back.token_amount"}, {"refund_sequence", "back.sequence"}});
    return columns;
}

std::string is_expired(std::chrono::days waiting_expires) {
    return "(e.result = 'waiting' AND e.received_at < " + expiry_limit(waiting_expires) + ")";
}

std::string event_columns(std::chrono::days waiting_expires) {
    return select_list<event_view>(
        "e", {{"type", "e.event_type"},
              {"result", "CASE WHEN " + is_expired(waiting_expires) + " THEN 'expired' ELSE e.result END"},
              {"stripe_payment_intent_id", "e.payment_intent_id"},
              {"has_evidence", "e.evidence IS NOT NULL"}});
}

} // namespace tokenledger::ledger
