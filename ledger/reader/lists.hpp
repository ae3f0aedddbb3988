// The lists, page by page.
#pragma once

#include "reader/session.hpp"

namespace tokenledger::ledger {

[[nodiscard]] page<transaction_view>
transactions_page(read_session& session, const transaction_filter& filter, const page_request& request);
[[nodiscard]] page<purchase_view> purchases_page(read_session& session, const transaction_filter& filter,
                                                 const page_request& request);
[[nodiscard]] page<usage_view> usage_page(read_session& session, const usage_filter& filter,
                                          const page_request& request);
[[nodiscard]] page<activity_view> activity_page(read_session& session, const activity_filter& filter,
                                                const page_request& request);
[[nodiscard]] page<event_view> events_page(read_session& session, const event_filter& filter,
                                           const page_request& request);

} // namespace tokenledger::ledger
