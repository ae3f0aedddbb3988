// The columns of the lists, and the rows read from them.
#pragma once

#include "ledger/reader.hpp"
#include "pg/connection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

// One row, column after column.
class row_reader {
  public:
    row_reader(const pg::rows& from, std::size_t row) : from_(from), row_(row) {}

    [[nodiscard]] std::string text() { return std::string(from_.get(row_, column_++).value_or("")); }
    [[nodiscard]] std::int64_t number() { return from_.number(row_, column_++); }
    [[nodiscard]] std::optional<std::int64_t> number_if_any() {
        if (!from_.get(row_, column_)) {
            ++column_;
            return std::nullopt;
        }
        return number();
    }
    [[nodiscard]] std::optional<bool> truth_if_any() {
        const auto value = from_.get(row_, column_++);
        return value ? std::optional(*value == "t") : std::nullopt;
    }

  private:
    const pg::rows& from_;
    std::size_t row_;
    std::size_t column_ = 0;
};

// Of tokenledger.token_transactions AS t.
inline constexpr std::string_view transaction_columns =
    "t.user_id, t.sequence, t.transaction_type, t.source, t.token_amount, t.balance_before, t.balance_after,"
    " t.amount_paid_cents, t.currency, t.stripe_payment_intent_id, t.stripe_event_id, t.pack, t.quantity,"
    " t.reason, t.reference, t.idempotency_key, t.actor, t.counterparty_user_id, t.usage_request_id,"
    " t.metadata::text, (extract(epoch FROM t.created_at) * 1000000)::bigint";
[[nodiscard]] transaction_view read_transaction(row_reader& from);

// Of tokenledger.token_usage AS u.
inline constexpr std::string_view usage_columns =
    "u.user_id, u.request_id, u.action_type, u.model_used, u.tokens_used, u.input_tokens, u.output_tokens,"
    " u.cost_estimate::text, u.charged_tokens, u.deduction_sequence, u.actor,"
    " (extract(epoch FROM u.created_at) * 1000000)::bigint";
[[nodiscard]] usage_view read_usage(row_reader& from);

// Of tokenledger.stripe_events AS e.
// `waiting_expires`: postgres_options'.
[[nodiscard]] std::string event_columns(std::chrono::days waiting_expires);
// SQL of the time before which an event that waits must have been received to be expired.
[[nodiscard]] std::string expiry_limit(std::chrono::days waiting_expires);
// True if e has waited for longer than that.
[[nodiscard]] std::string is_expired(std::chrono::days waiting_expires);
[[nodiscard]] event_view read_event(row_reader& from);

template <class Read>
auto read_rows(const pg::rows& from, Read read) {
    std::vector<decltype(read(std::declval<row_reader&>()))> rows;
    rows.reserve(from.size());
    for (std::size_t row = 0; row < from.size(); ++row) {
        row_reader columns(from, row);
        rows.push_back(read(columns));
    }
    return rows;
}

} // namespace tokenledger::ledger
