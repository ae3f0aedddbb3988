// Ids and noise in the form of Stripe's events.
#include "event_names.hpp"

#include <algorithm>

namespace tokenledger::bench {

std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

void put_digits(char* out, std::size_t width, std::uint64_t value, std::string_view digits) {
    for (std::size_t i = width; i-- > 0; value /= digits.size())
        out[i] = digits[value % digits.size()];
}

// Multiplies by the alphabet's size, which is cheaper than a division.
void put_noise(char* out, std::size_t width, std::uint64_t& state, std::string_view digits) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (i % 8 == 0)
            bits = next_random(state);
        out[i] = digits[((bits & 0xffU) * digits.size()) >> 8U];
        bits >>= 8U;
    }
}

void put_uuid(char* out, std::size_t width, std::uint64_t state) {
    constexpr std::string_view hex_digits = "0123456789abcdef";
    put_noise(out, width, state, hex_digits);
    for (const std::size_t dash : {8U, 13U, 18U, 23U})
        out[dash] = '-';
    out[14] = '4';
}

// 3 + the second + the Stripe account + 0 + seven digits that no other number gets: multiplying by an odd
// constant is one to one modulo 2^41, and 2^41 < 62^7.
void put_stripe_id(char* out, std::uint64_t number, std::uint64_t odd) {
    constexpr std::string_view account = "Q8iJWBZFaM0";
    out[0] = '3';
    put_digits(out + 1, 5, (first_created + number / events_per_second) % 916'132'832U, alphabet);
    std::copy(account.begin(), account.end(), out + 6);
    put_digits(out + 17, 7, (number * odd) & ((std::uint64_t{1} << 41U) - 1), alphabet);
}

} // namespace tokenledger::bench
