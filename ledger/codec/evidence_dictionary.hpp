// The dictionary that this version packs evidence with: the bytes that its migration put into the database.
#pragma once

#include <string_view>

namespace tokenledger::ledger {

[[nodiscard]] std::string_view current_dictionary() noexcept;

} // namespace tokenledger::ledger
