// Settles by amounts the disputes that earlier versions settled by the signs of their balance transactions:
// reads the stored bytes of their events again. docs/decisions/0025-disputes-go-by-amount.md.
#pragma once

#include "ledger/facts.hpp"
#include "ledger/postgres.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

struct reread_options {
    postgres_options database{}; // as the schema's owner
    // What the event of a dispute says, from its body. nullopt: it cannot be read.
    std::function<std::optional<payment_facts>(std::string_view body)> read{};
    // Called with the numbers so far after each transaction.
    std::function<void(std::int64_t events)> progress{};
};

struct reread_totals {
    std::int64_t events = 0;     // read again
    std::int64_t posted = 0;     // rows that this posted
    std::int64_t unreadable = 0; // events whose bytes do not unpack or cannot be read
    std::int64_t left = 0;       // disputes without stored bytes: their value does not change
};

// Applies each event once more, under an id of its own, with its own bytes: so every change is an ordinary
// row with a position, which `rebuild` replays and an operator can see. The events of one payment are one
// transaction. After an interruption, or if an old daemon has written meanwhile, call it again: it does
// what is left. Throws store_error.
[[nodiscard]] reread_totals reread_disputes(const reread_options& options);

// The id under which an event is applied once more.
[[nodiscard]] std::string reread_event_id(std::string_view event_id);

} // namespace tokenledger::ledger
