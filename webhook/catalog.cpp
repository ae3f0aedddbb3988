// What a payment buys, by the catalogue.
#include "webhook/catalog.hpp"

namespace tokenledger::webhook {
namespace {

appraisal refuse(ledger::reason why) {
    return {.refused = why, .tokens = 0};
}

// Twice the price is no tax: somebody bought more than the metadata says. A product that overflows is above
// every amount.
bool is_too_much(const price& of, std::int64_t quantity, std::int64_t amount) {
    std::int64_t limit = 0;
    if (of.maximum > 0)
        return !__builtin_mul_overflow(of.maximum, quantity, &limit) && amount > limit;
    return !__builtin_mul_overflow(of.amount, quantity, &limit) &&
           !__builtin_mul_overflow(limit, std::int64_t{2}, &limit) && amount >= limit;
}

} // namespace

appraisal appraise(const catalog& from, std::string_view pack, std::int64_t quantity, std::int64_t amount,
                   std::string_view currency) {
    const auto found = from.packs.find(pack);
    if (found == from.packs.end())
        return refuse(ledger::reason::unknown_pack);
    const auto price = found->second.prices.find(currency);
    if (price == found->second.prices.end())
        return refuse(ledger::reason::currency_mismatch);
    // A full discount has a reason of its own, because it happens without any fault.
    if (amount == 0)
        return refuse(ledger::reason::zero_amount);
    // Checked although a catalogue within its limits cannot overflow: a wrong product would be wrong money.
    std::int64_t required = 0;
    std::int64_t tokens = 0;
    if (__builtin_mul_overflow(price->second.minimum, quantity, &required) || amount < required ||
        is_too_much(price->second, quantity, amount)) {
        return refuse(ledger::reason::amount_mismatch);
    }
    if (__builtin_mul_overflow(found->second.tokens, quantity, &tokens))
        return refuse(ledger::reason::amount_mismatch);
    return {.refused = ledger::reason::none, .tokens = tokens, .lifetime = found->second.lifetime};
}

} // namespace tokenledger::webhook
