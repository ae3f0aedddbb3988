// A thin wrapper around libpqxx, so that only connection.cpp includes it and serves 6.4 and 7.x alike.
// Every failure is a store_error. No reconnects, no named prepared statements, no session state.
#pragma once

#include "ledger/store_error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tokenledger::ledger::pg {

// Rows of text. The views live as long as these rows or a copy of them.
class rows {
  public:
    struct data;
    explicit rows(std::shared_ptr<const data> what) : data_(std::move(what)) {}

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::optional<std::string_view> get(std::size_t row,
                                                      std::size_t column) const;    // nullopt: NULL
    [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const; // unavailable if NULL
    [[nodiscard]] std::int64_t number(std::size_t row, std::size_t column) const;   // unavailable if no int64
    [[nodiscard]] std::size_t affected_rows() const;

  private:
    std::shared_ptr<const data> data_;
};

using params = std::span<const std::optional<std::string>>;

// Settings that literals and arrays depend on, whatever a role or a database sets. To follow a BEGIN.
inline constexpr std::string_view plain_text_settings =
    "SET LOCAL array_nulls = on; SET LOCAL standard_conforming_strings = on; ";

// One connection. After a failure other than refused, conflict or outdated, or when rollback returns false,
// it is unusable: destroy it. Used by one thread at a time.
class connection {
  public:
    // Throws unavailable. `connect_timeout` holds for each host; libpq rounds it to seconds, 2 at least.
    connection(const std::string& url, std::chrono::milliseconds connect_timeout);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    // Calls that are still in libpq this long from now have their connection cut: neither statement_timeout
    // nor a cancellation ends a wait for a dead network or a missing synchronous standby. nullopt: no limit.
    void limit(std::optional<std::chrono::milliseconds> from_now);

    // One or several statements, without parameters; the result is that of the last.
    rows exec(const std::string& sql);
    // One statement. Parameters are text; the statement gives their types ($1::bigint).
    // `binary`, if not empty, is one more parameter, the last, in PostgreSQL's binary form.
    rows exec(const std::string& sql, params values, std::string_view binary = {});

    // Ends a transaction that was begun with the text "BEGIN". in_doubt if it may or may not be committed.
    void commit();
    // Ends a transaction that wrote nothing and whose answer depends on earlier commits. Where standbys are
    // named, returns when they have all of those: see docs/decisions/0028.
    void confirm();
    // False if the connection must not be used again.
    [[nodiscard]] bool rollback() noexcept;

    // `text` as an SQL literal.
    [[nodiscard]] std::string quote(std::string_view text);

  private:
    void end_with(const std::string& sql);

    struct state;
    std::unique_ptr<state> state_;
};

} // namespace tokenledger::ledger::pg
