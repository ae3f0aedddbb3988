// Ids and noise in the form of Stripe's events, each a function of the event's number: a repeated run sends
// the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tokenledger::bench {

// In ASCII order, so that ids made later sort later, as Stripe's do.
inline constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view decimal_digits = alphabet.substr(0, 10);
inline constexpr std::string_view letters = alphabet.substr(36);

inline constexpr std::uint64_t events_per_second = 1000; // in the events' own time
inline constexpr std::uint64_t first_created = 1'767'225'600;

// splitmix64.
[[nodiscard]] std::uint64_t next_random(std::uint64_t& state);

// Writes `value` with `width` digits, leading zeros included.
void put_digits(char* out, std::size_t width, std::uint64_t value, std::string_view digits);

// Writes `width` random digits.
void put_noise(char* out, std::size_t width, std::uint64_t& state, std::string_view digits);

void put_uuid(char* out, std::size_t width, std::uint64_t state);

// The 24 characters after "evt_" or "pi_". `odd` distinguishes the kinds of ids; no two numbers
// below 2^41 get the same id.
void put_stripe_id(char* out, std::uint64_t number, std::uint64_t odd);

} // namespace tokenledger::bench
