// Takes the parameters of a query apart. The first one that is wrong is remembered; what is read after it
// does not count.
#pragma once

#include "admin/problem.hpp"
#include "admin/route.hpp"

#include "ledger/reader.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::admin {

class parameters {
  public:
    // Unknown, repeated and empty ones are refused here.
    explicit parameters(const resolved_call& of);

    [[nodiscard]] std::optional<problem> wrong() const { return wrong_; }

    // Each is what its parameter says, or that it is not there.
    [[nodiscard]] std::string identifier(std::string_view name);
    [[nodiscard]] std::optional<ledger::transaction_type> type();
    [[nodiscard]] std::optional<ledger::source> source();
    [[nodiscard]] std::optional<std::int64_t> actor(); // a uid
    [[nodiscard]] ledger::period period();
    [[nodiscard]] ledger::page_request page();
    [[nodiscard]] ledger::report_span span();
    [[nodiscard]] std::string time_zone(); // "UTC" unless it is there; only days have one
    // One of a closed list; empty if it is not there.
    [[nodiscard]] std::string one_of(std::string_view name, std::span<const std::string_view> known);
    // `at`: digits are a sequence, everything else is a time in microseconds.
    [[nodiscard]] std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>> time_or_sequence();

    void refuse(std::string_view name, std::string_view must);

  private:
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> time(std::string_view name);

    const std::vector<std::pair<std::string, std::string>>& given_;
    std::optional<problem> wrong_;
};

} // namespace tokenledger::admin
