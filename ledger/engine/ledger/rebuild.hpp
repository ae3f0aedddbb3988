// Rebuilds the ledger in an empty schema: replays every event and request in the order of commit and as it
// was translated then, and compares the two row by row. A difference is a defect or a tampering.
#pragma once

#include "ledger/command.hpp"
#include "ledger/postgres.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// What an event means today, from what is stored of it: endpoint, body, signature header. nullopt:
// the endpoint is no longer configured, or the stored body is not a valid event.
using translate_fn = std::function<std::optional<stripe_command>(const stripe_event& stored)>;

struct rebuild_options {
    postgres_options from; // read on one snapshot, beside live traffic
    postgres_options into; // the schema of this version, empty, in another database
    // For events that a version applied without storing their translation; with translate_all, for every
    // event.
    translate_fn translate{};
    // Translates every event anew, with today's catalogue, and compares balances instead of rows.
    bool translate_all = false;
    std::size_t max_batch = 256; // commands replayed in one transaction
    std::function<void(std::string_view step, std::int64_t done)> progress{};
};

// One difference between the two ledgers.
struct rebuild_difference {
    std::string table;
    std::string key;      // the row's key columns, separated by a blank
    std::string column;   // empty: the whole row
    std::string expected; // in the rebuilt ledger; "nothing" if there is no such row
    std::string found;    // in the ledger that is checked
};

struct rebuild_totals {
    std::int64_t events = 0;          // replayed
    std::int64_t requests = 0;        // replayed
    std::int64_t translated_anew = 0; // events among them
    std::int64_t rows = 0;            // compared
    std::int64_t differences = 0;
};

// The target schema is not empty, is of another version, or must not be written.
class rebuild_refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Throws store_error, rebuild_refused. Memory is constant. Archived rows of token_usage are rebuilt but not
// compared.
[[nodiscard]] rebuild_totals rebuild(const rebuild_options& options,
                                     const std::function<void(const rebuild_difference&)>& sink);

} // namespace tokenledger::ledger
