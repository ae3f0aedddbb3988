// The three tables as streams in time order, the sources of the lists.
#pragma once

#include "reader/page_cursor.hpp"
#include "reader/session.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tokenledger::ledger {

// The part of a stream that a page needs.
struct stream_part {
    page_order order = page_order::newest_first;
    std::optional<page_key> after{};         // exclusive
    std::optional<std::int64_t> before_us{}; // exclusive: the horizon of a walk forward
    std::size_t rows = 0;
};

// The sequence of the user's last transaction before a time, 0 if there is none; an SQL expression of type
// bigint. created_at never runs backwards along a chain and the chain has no gaps, so it halves the chain
// along the primary key: no index on the user's times is needed.
[[nodiscard]] std::string last_sequence_before(const std::string& user_id, const std::string& time);

// Rows with the columns of rows.hpp, in order. `merged`: the cursor may be of another stream of the list.
[[nodiscard]] statement select_transactions(const transaction_filter& filter, const stream_part& part,
                                            bool merged);
// `uncharged`: leaves out the operations that have a deduction.
[[nodiscard]] statement select_usage(const usage_filter& filter, const stream_part& part, bool uncharged);
[[nodiscard]] statement select_events(const event_filter& filter, const stream_part& part,
                                      std::chrono::days waiting_expires);
[[nodiscard]] statement select_holds(const hold_filter& filter, const stream_part& part);

// The events that named a payment, in no order; $1 is the payment. An SQL expression to select from.
[[nodiscard]] std::string events_of_payment(const std::string& payment_intent_id);

} // namespace tokenledger::ledger
