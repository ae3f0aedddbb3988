// What the members of shared accounts may still be charged. A limit is compared with a sum over a window that
// ends now, so nothing has to be reset when a day or a month is over.
#pragma once

#include "ledger/command.hpp"
#include "ledger/outcome.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

struct member_id {
    std::string user_id;
    std::string member;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads it
    auto operator<=>(const member_id&) const = default;
};

inline constexpr std::size_t limit_windows = 3;
// Tokens by limit_window: charged, less what was given back.
using window_sums = std::array<std::int64_t, limit_windows>;

// When the window that ends now began, microseconds since the epoch.
[[nodiscard]] std::int64_t start_of(limit_window window, std::int64_t now_us) noexcept;

// By member, or every_member.
using account_limits = std::map<std::string, std::map<limit_window, std::int64_t>, std::less<>>;

struct member_spending {
    std::map<std::string, account_limits, std::less<>> limits{}; // by user
    std::map<member_id, window_sums> spent{};                    // of the members in question

    // The tightest limit below `charged` tokens more, beside `others` that the command charges already;
    // nullopt: none.
    [[nodiscard]] std::optional<limit_reached> reached(const member_id& by, std::int64_t charged,
                                                       std::int64_t others) const;
    void set(const member_limit& what);
    // Adds to every window that began by `at_us`; 0: to all. Nothing if the member is not in question.
    void add(const member_id& by, std::int64_t tokens, std::int64_t at_us, std::int64_t now_us);
};

} // namespace tokenledger::ledger
