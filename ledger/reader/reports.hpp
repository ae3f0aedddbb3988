// Sums over a period.
#pragma once

#include "reader/session.hpp"

namespace tokenledger::ledger {

[[nodiscard]] std::vector<usage_report_row> report_usage(read_session& session, const usage_filter& filter,
                                                         const report_shape& shape);
[[nodiscard]] std::vector<transaction_report_row>
report_transactions(read_session& session, const transaction_filter& filter, const report_shape& shape);

} // namespace tokenledger::ledger
