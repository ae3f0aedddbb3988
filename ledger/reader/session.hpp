// Shared by the queries: the connection's life, the transaction around each call, and statements under
// construction.
#pragma once

#include "ledger/postgres.hpp"
#include "ledger/reader.hpp"
#include "pg/connection.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::ledger {

// A statement and its parameters. Each function adds one and returns how to write it.
class statement {
  public:
    [[nodiscard]] std::string text(std::string_view value) { return add(std::string(value), "::text"); }
    [[nodiscard]] std::string number(std::int64_t value) { return add(std::to_string(value), "::bigint"); }
    // Microseconds since the epoch, kept to the years 1 to 9999; and the microsecond after.
    [[nodiscard]] std::string time(std::int64_t us);
    [[nodiscard]] std::string time_after(std::int64_t us);

    std::string sql{};
    [[nodiscard]] pg::params values() const { return values_; }

  private:
    std::string add(std::string value, std::string_view type) {
        values_.emplace_back(std::move(value));
        return "$" + std::to_string(values_.size()) + std::string(type);
    }
    std::vector<std::optional<std::string>> values_;
};

inline pg::rows run(pg::connection& connection, const statement& what) {
    return connection.exec(what.sql, what.values());
}

enum class plan_shape : std::uint8_t {
    lookups, // rows by key, or the first in the order of an index, apart from equal times
    sorted,  // the same, with an index that has the whole order: of one user
    sums,    // a period may be the whole ledger: the planner is free
};

class read_session {
  public:
    explicit read_session(const postgres_options& options) : options_(options) {}

    // Runs `step` in a read-only transaction, on one snapshot. After any failure the connection is dropped.
    template <class Step>
    auto run(plan_shape shape, Step step) {
        try {
            open(shape);
            auto made = step(*connection_);
            connection_->commit();
            return made;
        } catch (const store_error& error) {
            connection_.reset();
            throw store_error(store_failure::unavailable, error.what());
        } catch (...) {
            connection_.reset();
            throw;
        }
    }

    // Every row that is not yet committed has a time at or after this one, and so has every later row: see
    // docs/queries.md. nullopt: a transaction is writing and its start is unknown. Call it before the
    // transaction that reads.
    [[nodiscard]] std::optional<std::int64_t> horizon_us();

    [[nodiscard]] std::chrono::days waiting_expires() const { return options_.waiting_expires; }

  private:
    void open(plan_shape shape);

    const postgres_options options_;
    std::unique_ptr<pg::connection> connection_;
};

} // namespace tokenledger::ledger
