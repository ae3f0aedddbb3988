// The ledger made again: every event and request, in the order of commit and as translated then, into an
// empty schema, and the two compared row by row. A difference is a defect or a tampering.
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
    // For events that a version applied which did not keep what it translated; and for all with
    // translate_all.
    translate_fn translate{};
    // Translates every event anew, with today's catalogue, and compares balances instead of rows.
    bool translate_all = false;
    std::size_t max_batch = 256; // commands replayed in one transaction
    std::function<void(std::string_view step, std::int64_t done)> progress{};
};

// What the two ledgers do not agree on.
struct rebuild_difference {
    std::string table;
    std::string key;      // the row's key columns, separated by a blank
    std::string column;   // empty: the whole row
    std::string expected; // as made again; "nothing" if there is no such row
    std::string found;    // as it is in the ledger
};

struct rebuild_totals {
    std::int64_t events = 0;          // replayed
    std::int64_t requests = 0;        // replayed
    std::int64_t translated_anew = 0; // events among them
    std::int64_t rows = 0;            // compared
    std::int64_t differences = 0;
};

// The schema to fill is not empty, not of this version, or may not be written.
class rebuild_refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Throws store_error, rebuild_refused. Memory is constant. Rows of token_usage that were archived are made
// again but not compared.
[[nodiscard]] rebuild_totals rebuild(const rebuild_options& options,
                                     const std::function<void(const rebuild_difference&)>& sink);

} // namespace tokenledger::ledger
