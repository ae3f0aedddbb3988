// Reads the parameters of a query. The first error is kept; values that are read after it are not used.
#pragma once

#include "admin/problem.hpp"
#include "admin/route.hpp"

#include "ledger/names.hpp"
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
    // Refuses unknown, repeated and empty parameters.
    explicit parameters(const resolved_call& of);

    [[nodiscard]] std::optional<problem> wrong() const { return wrong_; }

    // Each returns the value of its parameter, or an empty value if the query does not have it.
    [[nodiscard]] std::string identifier(std::string_view name);
    [[nodiscard]] std::optional<ledger::transaction_type> type();
    [[nodiscard]] std::optional<ledger::source> source();
    [[nodiscard]] std::optional<std::int64_t> actor(); // a uid
    [[nodiscard]] ledger::period period();
    [[nodiscard]] ledger::page_request page();
    [[nodiscard]] ledger::report_span span();
    [[nodiscard]] std::string time_zone(); // "UTC" unless it is there; only days have one
    // A value from a closed list; empty if the query does not have the parameter.
    [[nodiscard]] std::string one_of(std::string_view name, std::span<const std::string_view> known);
    // A value of an enumeration by its name.
    template <class Enum>
    [[nodiscard]] Enum named(std::string_view name, Enum otherwise) {
        return ledger::value_of<Enum>(one_of(name, ledger::names_of<Enum>())).value_or(otherwise);
    }
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
