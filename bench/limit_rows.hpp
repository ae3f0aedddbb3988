// The rows of purchases as a plain program would write them: as the only writer it knows every balance
// without reading it.
#pragma once

#include "pipeline.hpp"
#include "purchase_maker.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tokenledger::bench {

// In the order in which they run; their parameters are arrays.
[[nodiscard]] std::vector<std::string> limit_statements();

class limit_rows {
  public:
    explicit limit_rows(const load_options& options) : maker_(options) {}

    // The parameters of limit_statements() for events first .. first + count - 1.
    [[nodiscard]] std::vector<values> batch(std::uint64_t first, std::uint64_t count);

  private:
    struct account {
        std::int64_t balance = 0;
        std::int64_t sequence = 0;
    };

    purchase_maker maker_;
    std::map<std::string, account, std::less<>> accounts_;
};

} // namespace tokenledger::bench
