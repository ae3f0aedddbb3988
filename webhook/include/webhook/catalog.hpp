// The catalogue: the packs, the tokens that each gives, and the amounts that may have been paid for it.
#pragma once

#include "ledger/command.hpp"
#include "ledger/outcome.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tokenledger::webhook {

inline constexpr std::int64_t max_quantity = 1000;
inline constexpr std::int64_t max_pack_tokens = INT64_MAX / max_quantity; // so that quantity * tokens fits
inline constexpr std::int64_t max_pack_price = INT64_MAX / max_quantity;  // likewise, in minor units

struct price {
    std::int64_t amount = 0;  // minor units per pack, 1..max_pack_price
    std::int64_t minimum = 0; // lowest amount per pack accepted (a discount), 1..amount
    std::int64_t maximum =
        0; // highest amount per pack accepted, amount..max_pack_price; 0: less than two prices
};

struct pack {
    std::int64_t tokens = 0;                          // 1..max_pack_tokens
    std::map<std::string, price, std::less<>> prices; // by currency, lower-case ISO 4217
    ledger::lifetime lifetime{};                      // of the tokens
};

struct catalog {
    std::string name; // empty: the default catalogue
    std::string user_id_key = "user_id";
    std::string pack_key = "token_pack";
    std::string quantity_key = "quantity";
    std::map<std::string, pack, std::less<>> packs; // by pack id
};

struct appraisal {
    // none, unknown_pack, currency_mismatch, zero_amount or amount_mismatch
    ledger::reason refused = ledger::reason::none;
    std::int64_t tokens = 0;     // quantity times the pack's tokens, if not refused
    ledger::lifetime lifetime{}; // likewise
};
// What `amount` minor units of `currency` buy. Preconditions: 1 <= quantity <= max_quantity, amount >= 0.
[[nodiscard]] appraisal appraise(const catalog& from, std::string_view pack, std::int64_t quantity,
                                 std::int64_t amount, std::string_view currency);

} // namespace tokenledger::webhook
