// The parameters of a statement that fills tables from arrays, and the check of what it filled.
#pragma once

#include "ledger/store_error.hpp"
#include "pg/array.hpp"
#include "pg/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

class parameters {
  public:
    template <class... Arrays>
    void add(Arrays&&... columns) {
        (values_.emplace_back(std::move(columns).finish()), ...);
    }
    [[nodiscard]] pg::params values() const { return values_; }

  private:
    std::vector<std::optional<std::string>> values_;
};

// For a column of times: NULL stands for the database's clock.
[[nodiscard]] inline std::optional<std::int64_t> time_of(std::int64_t at_us) {
    return at_us != 0 ? std::optional(at_us) : std::nullopt;
}

// Checks that the planned number of rows was written; otherwise a lock was not held.
inline void check_count(std::string_view what, std::int64_t written, std::size_t planned) {
    if (written != static_cast<std::int64_t>(planned))
        throw store_error(store_failure::conflict, std::string(what) + ": " + std::to_string(written) +
                                                       " rows written, " + std::to_string(planned) +
                                                       " planned");
}

} // namespace tokenledger::ledger
