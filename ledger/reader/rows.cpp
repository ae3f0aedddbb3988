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
    static const std::string columns = select_list<transaction_view>(
        "t", {{"type", "t.transaction_type"},
              {"lots", "(SELECT '{' || string_agg('\"' || moved.lot || '\":' || moved.tokens, ',' ORDER BY "
                       "moved.lot) || '}'"
                       " FROM tokenledger.token_lot_movements AS moved"
                       " WHERE moved.user_id = t.user_id AND moved.sequence = t.sequence)"}});
    return columns;
}

const std::string& usage_columns() {
    static const std::string columns = select_list<usage_view>(
        "u", {{"reversed_tokens", "back.token_amount"}, {"refund_sequence", "back.sequence"}});
    return columns;
}

void read_column(row_reader& from, hold_state& into) {
    into = value_named<hold_state>(from.text());
}

const std::string& state_of_hold() {
    static const std::string state =
        "(CASE WHEN h.ended = 'captured' AND h.ended_at >= h.expires_at THEN 'expired'"
        " WHEN h.ended IS NOT NULL THEN h.ended"
        " WHEN h.expires_at > statement_timestamp() THEN 'open' ELSE 'expired' END)";
    return state;
}

const std::string& hold_columns() {
    static const std::string columns = select_list<hold_list_row>("h", {{"state", state_of_hold()}});
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
