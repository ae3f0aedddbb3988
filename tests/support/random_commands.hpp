// Operations and effects with random fields, whose texts look like the encoding itself.
#pragma once

#include "ledger/command.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tokenledger::test {

class random_values {
  public:
    explicit random_values(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool truth() { return below(2) == 0; }

    // Few and short texts, so that neighbouring fields are often equal.
    std::string text() {
        static const std::vector<std::string> pieces = {"",
                                                        ",",
                                                        ":",
                                                        "0:,",
                                                        "1:a,",
                                                        "12",
                                                        "3",
                                                        "-1",
                                                        "none",
                                                        "true",
                                                        "false",
                                                        "a",
                                                        "evt_1",
                                                        " ",
                                                        "\n",
                                                        "\"\\",
                                                        "{}",
                                                        "\xC3\xA9",
                                                        "\xE6\xBC\xA2",
                                                        "\xF0\x9F\x8E\x89",
                                                        "grant",
                                                        std::string(200, 'x')};
        std::string made;
        for (auto left = below(4); left > 0; --left)
            made += pieces[below(pieces.size())];
        return made;
    }
    std::int64_t number() {
        static const std::vector<std::int64_t> some = {0,
                                                       1,
                                                       -1,
                                                       9,
                                                       10,
                                                       42,
                                                       999,
                                                       std::numeric_limits<std::int64_t>::max(),
                                                       std::numeric_limits<std::int64_t>::min()};
        return below(4) == 0 ? static_cast<std::int64_t>(random_()) : some[below(some.size())];
    }
    std::optional<std::int64_t> maybe_number() { return truth() ? std::optional(number()) : std::nullopt; }
    ledger::reason reason() { return static_cast<ledger::reason>(below(12)); } // up to store_refused

    ledger::payment_facts facts() {
        const bool old = below(4) == 0; // as versions stored it that knew neither currencies nor amounts
        ledger::payment_facts made{.amount_requested_cents = number(),
                                   .refunded_cumulative_cents = number(),
                                   .refunded_currency = old ? "" : text(),
                                   .canceled = truth(),
                                   .not_ours = truth()};
        for (auto left = below(4); left > 0; --left)
            made.refunds[text()] = {.amount_cents = number(),
                                    .status = static_cast<ledger::refund_status>(below(2)),
                                    .moved_money = truth(),
                                    .currency = old ? "" : text()};
        for (auto left = below(3); left > 0; --left) {
            ledger::dispute_fact& each = made.disputes[text()];
            each = {.amount_cents = number(),
                    .currency = text(),
                    .funds_withdrawn = truth(),
                    .funds_reinstated = truth(),
                    .status = static_cast<ledger::dispute_status>(below(4)),
                    .signs_only = old || truth()};
            for (auto moves = below(4); moves > 0; --moves)
                each.balance_transactions[text()] = {.takes_money = truth(),
                                                     .amount_cents = old ? 0 : number(),
                                                     .currency = old ? "" : text()};
        }
        return made;
    }

    ledger::stripe_effect effect() {
        switch (below(4)) {
        case 0:
            return ledger::ignore_event{reason()};
        case 1:
            return ledger::park_event{reason()};
        case 2:
            return ledger::payment_update{.facts = facts(), .moves_tokens = truth()};
        default:
            return ledger::purchase{.user_id = text(),
                                    .catalog = text(),
                                    .pack = text(),
                                    .quantity = number(),
                                    .tokens = number(),
                                    .amount_cents = number(),
                                    .currency = text(),
                                    .amount_requested_cents = number(),
                                    .refused = reason()};
        }
    }

    ledger::lifetime lifetime() { return {.days = truth() ? number() : 0, .years = truth() ? number() : 0}; }
    // What the encoding of a purchase without a lifetime begins with.
    ledger::stripe_effect effect_with_lifetime() {
        ledger::stripe_effect made = effect();
        if (auto* bought = std::get_if<ledger::purchase>(&made))
            bought->lifetime = lifetime();
        return made;
    }

    ledger::operation operation_on_hold() {
        switch (below(4)) {
        case 0:
            return ledger::hold{.hold_id = text(),
                                .user_id = text(),
                                .tokens = number(),
                                .timeout_seconds = maybe_number(),
                                .action_type = text(),
                                .model_used = text(),
                                .member = text()};
        case 1:
            return ledger::release{.hold_id = text(), .user_id = text()};
        case 2:
            return ledger::extension{
                .hold_id = text(), .user_id = text(), .timeout_seconds = number(), .tokens = maybe_number()};
        default:
            return ledger::capture{.hold_id = text(),
                                   .user_id = text(),
                                   .tokens = number(),
                                   .action_type = text(),
                                   .model_used = text(),
                                   .allow_negative = truth(),
                                   .tokens_used = maybe_number(),
                                   .input_tokens = maybe_number(),
                                   .output_tokens = maybe_number(),
                                   .cost_estimate = text(),
                                   .cached_input_tokens = maybe_number(),
                                   .reasoning_tokens = maybe_number(),
                                   .member = text(),
                                   .occurred_at_us = maybe_number(),
                                   .metadata = text()};
        }
    }

    ledger::operation operation() {
        switch (below(13)) {
        case 8:
        case 9:
        case 10:
            return operation_on_hold();
        case 11:
            return ledger::expire{.user_id = text(), .last_sequence = number()};
        case 7:
            return ledger::member_limit{.user_id = text(),
                                        .member = text(),
                                        .per = static_cast<ledger::limit_window>(below(3)),
                                        .tokens = maybe_number()};
        case 6:
            return ledger::reversal{
                .request_id = text(), .user_id = text(), .tokens = maybe_number(), .reason = text()};
        case 0:
            return ledger::grant{.user_id = text(),
                                 .tokens = number(),
                                 .source = static_cast<ledger::grant_source>(below(3)),
                                 .reason = text(),
                                 .reference = text(),
                                 .metadata = text(),
                                 .existing = truth(),
                                 .expires_at_us = maybe_number(),
                                 .priority = maybe_number()};
        case 1:
            return ledger::deduction{
                .user_id = text(), .tokens = number(), .reason = text(), .allow_negative = truth()};
        case 2:
            return ledger::transfer{.from = text(), .to = text(), .tokens = number(), .reason = text()};
        case 3:
            return ledger::usage{.request_id = text(),
                                 .user_id = text(),
                                 .action_type = text(),
                                 .model_used = text(),
                                 .tokens_used = number(),
                                 .input_tokens = maybe_number(),
                                 .output_tokens = maybe_number(),
                                 .cost_estimate = text(),
                                 .charge = number(),
                                 .cached_input_tokens = maybe_number(),
                                 .reasoning_tokens = maybe_number(),
                                 .member = text(),
                                 .occurred_at_us = maybe_number(),
                                 .metadata = text(),
                                 .overrun = static_cast<ledger::overrun>(below(3))};
        case 4:
            return ledger::retry_event{
                .event_id = text(), .payment_intent_id = text(), .effect = effect_with_lifetime()};
        case 5:
            return ledger::dismiss_event{.event_id = text(), .payment_intent_id = text(), .reason = text()};
        default:
            return assignment();
        }
    }

    ledger::assign_event assignment() {
        ledger::assign_event made{.event_id = text(),
                                  .user_id = text(),
                                  .tokens = number(),
                                  .reason = text(),
                                  .payment_intent_id = text(),
                                  .amount_cents = number(),
                                  .currency = text(),
                                  .amount_requested_cents = number()};
        if (truth()) { // by pack
            made.catalog = text();
            made.pack = "p" + text();
            made.quantity = number();
            made.lifetime = lifetime();
        }
        return made;
    }

    ledger::admin_command command() {
        ledger::admin_command made;
        for (auto left = 1 + below(3); left > 0; --left)
            made.operations.push_back(operation());
        return made;
    }

    // The bytes with random changes; may by chance be the same.
    std::string damaged(std::string bytes) {
        static const std::string letters = "0123456789:,-+ naetru";
        const auto at = [&] { return static_cast<std::size_t>(below(bytes.size() + 1)); };
        for (auto times = 1 + below(3); times > 0 && !bytes.empty(); --times) {
            const std::size_t place = at();
            switch (below(5)) {
            case 0:
                bytes.insert(place, 1, letters[below(letters.size())]);
                break;
            case 1:
                bytes.erase(place, 1 + below(3));
                break;
            case 2:
                bytes[below(bytes.size())] = static_cast<char>(below(256));
                break;
            case 3: // repeats a piece
                bytes.insert(place, bytes.substr(at(), below(20)));
                break;
            default: // changes a digit of a length or number
                if (const auto digit = bytes.find_first_of("0123456789", place); digit != std::string::npos)
                    bytes[digit] = static_cast<char>('0' + below(10));
            }
        }
        return bytes;
    }

  private:
    std::mt19937_64 random_;
};

} // namespace tokenledger::test
