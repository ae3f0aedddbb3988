// The lists, page by page.
#pragma once

#include "reader/session.hpp"

namespace tokenledger::ledger {

[[nodiscard]] list_page read_list(read_session& session, const list_query& what);

} // namespace tokenledger::ledger
