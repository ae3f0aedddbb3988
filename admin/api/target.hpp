// Splits a request target into decoded parts: RFC 9112, 3.2; RFC 3986, 2.1 and 3.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::admin {

// No call has more.
inline constexpr std::size_t max_path_segments = 8;
inline constexpr std::size_t max_query_parameters = 16;

struct target_parts {
    std::vector<std::string> path; // "/v1/accounts/a%2Fb" is {"v1", "accounts", "a/b"}
    // "a=1&b=x%20y"; a `+` is a blank, as forms write it.
    std::vector<std::pair<std::string, std::string>> query;
};

// nullopt: no path, a percent sign without two hex digits, or more parts than any call has.
[[nodiscard]] std::optional<target_parts> split_target(std::string_view target);

} // namespace tokenledger::admin
