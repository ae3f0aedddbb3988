// What clients of an admin listener may do.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>

namespace tokenledger::admin {

enum class permit : std::uint8_t {
    read,    // balances, rows, payments, events without their bodies
    usage,   // report usage, and deduct what it is charged
    money,   // grant, deduct, transfer
    operate, // work the queue of parked events, and read the bodies of events
};

inline constexpr std::array all_permits{permit::read, permit::usage, permit::money, permit::operate};

[[nodiscard]] std::string_view to_string(permit value) noexcept;
[[nodiscard]] std::optional<permit> permit_of(std::string_view name) noexcept;

class permit_set {
  public:
    constexpr permit_set() = default;
    constexpr permit_set(std::initializer_list<permit> members) {
        for (const permit each : members)
            add(each);
    }
    constexpr void add(permit one) { bits_ = static_cast<std::uint8_t>(bits_ | bit(one)); }
    [[nodiscard]] constexpr bool contains(permit one) const { return (bits_ & bit(one)) != 0; }

    bool operator==(const permit_set&) const = default;

  private:
    static constexpr std::uint8_t bit(permit one) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(one));
    }
    std::uint8_t bits_ = 0;
};

inline constexpr permit_set every_permit{permit::read, permit::usage, permit::money, permit::operate};

// What one listener allows.
struct allowance {
    permit_set permits = every_permit;
    // Tokens that one request may move, all its items together.
    std::int64_t max_tokens_per_request = std::numeric_limits<std::int64_t>::max();
};

} // namespace tokenledger::admin
