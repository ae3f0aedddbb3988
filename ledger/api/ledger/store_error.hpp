// Why the database could not do what was asked. Thrown by every call that reaches it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

enum class store_failure : std::uint8_t {
    refused,     // SQLSTATE class 22 or 23: some row of this batch can never be stored
    conflict,    // deadlock, serialization failure, or another writer was faster: run the batch again
    unavailable, // no connection, server stopping, timeout, or any other error: try again later
    in_doubt,    // the connection broke during COMMIT: it may or may not have happened
    outdated,    // a newer program has changed the schema so that this one may not write any more
};
[[nodiscard]] std::string_view to_string(store_failure value) noexcept;

class store_error : public std::runtime_error {
  public:
    store_error(store_failure why, const std::string& what) : std::runtime_error(what), failure_(why) {}
    [[nodiscard]] store_failure failure() const noexcept { return failure_; }

  private:
    store_failure failure_;
};

} // namespace tokenledger::ledger
