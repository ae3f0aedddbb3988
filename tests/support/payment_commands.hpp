// A payment's history as commands of the ledger, and the entitlement that the payment must end with.
#pragma once

#include "commands.hpp"
#include "naive_settlement.hpp"
#include "payment_history.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

// The user and the tokens of a history's payment.
struct sale {
    payment_history history;
    std::string user = "alice";
    std::int64_t tokens = 1000;
};

// The history is cut after `max_events` events; the first is the payment itself.
inline sale any_sale(std::mt19937_64& random, const std::string& payment, std::int64_t most_tokens,
                     std::size_t max_events = SIZE_MAX) {
    history_options options = any_options(random);
    options.payment_intent_id = payment;
    sale made{.history = make_history(random, options), .tokens = any_up_to(random, most_tokens)};
    if (made.history.events.size() > max_events)
        made.history.events.resize(max_events);
    return made;
}

inline ledger::stripe_command command_of(const sale& of, const history_event& event, std::string event_id) {
    const history_options& paid = of.history.options;
    ledger::stripe_command made;
    if (event.type == "payment_intent.succeeded") {
        made = purchase_command(std::move(event_id), paid.payment_intent_id,
                                {.user = of.user,
                                 .tokens = of.tokens,
                                 .amount_cents = paid.amount_received,
                                 .currency = paid.currency});
        std::get<ledger::purchase>(made.effect).amount_requested_cents =
            paid.amount_requested > paid.amount_received ? paid.amount_requested : 0;
    } else if (event.type == "payment_intent.canceled") {
        made = end_command(std::move(event_id), paid.payment_intent_id, event.facts);
    } else {
        made = update_command(std::move(event_id), paid.payment_intent_id, event.facts);
    }
    made.event.type = event.type;
    return made;
}

// Every event of the history at least once, some again with the same or with another event id.
inline std::vector<ledger::command> deliveries(std::mt19937_64& random, const sale& of) {
    std::vector<ledger::command> stream;
    for (const history_event& event : of.history.events) {
        const std::string id =
            "evt_" + std::to_string(stream.size()) + "_of_" + of.history.options.payment_intent_id;
        stream.emplace_back(command_of(of, event, id));
        if (random() % 4 == 0)
            stream.push_back(stream.back());
        if (random() % 4 == 0)
            stream.emplace_back(command_of(of, event, "another_" + id));
    }
    return stream;
}

inline std::vector<ledger::payment_facts> said_of(const payment_history& history) {
    std::vector<ledger::payment_facts> said;
    for (const history_event& each : history.events)
        said.push_back(each.facts);
    return said;
}

// The entitlement after every event, by the rules and without the program's arithmetic.
inline ledger::entitlement worth_in_the_end(const sale& of) {
    const history_options& paid = of.history.options;
    return naive_settlement(told_by(said_of(of.history)), of.tokens, paid.amount_received, paid.currency)
        .worth();
}

// Splits the stream at random and calls `take` with one piece after the other.
template <class Take>
void in_batches(std::mt19937_64& random, std::span<const ledger::command> stream, std::size_t most,
                Take take) {
    while (!stream.empty()) {
        const std::size_t count = std::min<std::size_t>(1 + random() % most, stream.size());
        take(stream.first(count));
        stream = stream.subspan(count);
    }
}

} // namespace tokenledger::test
