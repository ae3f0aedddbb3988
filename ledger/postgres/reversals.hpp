// The way from a usage to what was given back for it: the writer's sums and the reader's rows go the same.
#pragma once

#include <string_view>

namespace tokenledger::ledger {

// For token_usage AS u; AS back: the row that gave its charge back, if there is one. By
// token_transactions_reversal.
inline constexpr std::string_view join_reversals =
    " LEFT JOIN tokenledger.token_transactions AS back ON back.user_id = u.user_id"
    " AND back.usage_request_id = u.request_id AND back.transaction_type = 'refund' AND back.source = "
    "'usage'";

} // namespace tokenledger::ledger
