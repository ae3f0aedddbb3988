// Translates a body, and puts the ledger's command into words.
#pragma once

#include "fixtures.hpp"
#include "webhook/event.hpp"
#include "webhook/translate.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tokenledger::webhook::fixtures {

// For two connected accounts.
inline endpoint_policy partners() {
    return {.path = "/stripe/partners", .livemode = true, .accounts = {"acct_1", "acct_2"}};
}

inline constexpr std::string_view signed_by = "t=1,v1=evidence";

inline translation translate_body(std::string_view body, const endpoint_policy& endpoint = live_endpoint(),
                                  const catalog& from = prices()) {
    const parsed_event parsed = parse_event(body);
    BOOST_REQUIRE_MESSAGE(parsed.event.has_value(), parsed.why);
    return translate(*parsed.event, endpoint, from, signed_by, body);
}

inline ledger::stripe_command command_of(std::string_view body,
                                         const endpoint_policy& endpoint = live_endpoint(),
                                         const catalog& from = prices()) {
    translation made = translate_body(body, endpoint, from);
    BOOST_REQUIRE(std::holds_alternative<ledger::stripe_command>(made));
    return std::get<ledger::stripe_command>(std::move(made));
}

inline ledger::purchase purchase_of(std::string_view body) {
    ledger::stripe_command made = command_of(body);
    BOOST_REQUIRE(std::holds_alternative<ledger::purchase>(made.effect));
    return std::get<ledger::purchase>(std::move(made.effect));
}

inline ledger::payment_update update_of(const ledger::stripe_command& made) {
    BOOST_REQUIRE(std::holds_alternative<ledger::payment_update>(made.effect));
    return std::get<ledger::payment_update>(made.effect);
}

// "settle", or what ends a payment: "canceled", "foreign".
inline std::string in_words(const ledger::payment_update& update) {
    if (update.moves_tokens)
        return "settle";
    const ledger::payment_facts& facts = update.facts;
    BOOST_TEST((facts == ledger::payment_facts{.canceled = facts.canceled, .not_ours = facts.not_ours}));
    BOOST_TEST(facts.canceled != facts.not_ours);
    return facts.canceled ? "canceled" : "foreign";
}

// "ignore", "ignore livemode_mismatch", "park bad_payload", "credit 100000", "refuse unknown_pack", "settle",
// "foreign", "thin", ...
inline std::string in_words(const translation& made) {
    if (const auto* thin = std::get_if<thin_event>(&made))
        return thin->handled ? "thin, handled" : "thin";
    const auto with_reason = [](std::string word, ledger::reason why) {
        const std::string_view slug = ledger::to_string(why);
        return slug.empty() ? word : word + " " + std::string{slug};
    };
    const auto& effect = std::get<ledger::stripe_command>(made).effect;
    if (const auto* ignored = std::get_if<ledger::ignore_event>(&effect))
        return with_reason("ignore", ignored->reason);
    if (const auto* parked = std::get_if<ledger::park_event>(&effect))
        return with_reason("park", parked->reason);
    if (const auto* update = std::get_if<ledger::payment_update>(&effect))
        return in_words(*update);
    const auto& bought = std::get<ledger::purchase>(effect);
    return bought.refused == ledger::reason::none ? "credit " + std::to_string(bought.tokens)
                                                  : with_reason("refuse", bought.refused);
}

inline std::string result_of(const payment& made, const endpoint_policy& endpoint = live_endpoint(),
                             const catalog& from = prices()) {
    return in_words(translate_body(made.body(), endpoint, from));
}

} // namespace tokenledger::webhook::fixtures
