// The columns of the lists, and the rows read from them.
#pragma once

#include "ledger/reader.hpp"
#include "pg/connection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tokenledger::ledger {

// One row, column after column.
class row_reader {
  public:
    row_reader(const pg::rows& from, std::size_t row) : from_(from), row_(row) {}

    [[nodiscard]] std::string text() { return std::string(from_.get(row_, column_++).value_or("")); }
    [[nodiscard]] std::int64_t number() { return from_.number(row_, column_++); }
    [[nodiscard]] std::optional<std::int64_t> number_if_any() {
        if (!from_.get(row_, column_)) {
            ++column_;
            return std::nullopt;
        }
        return number();
    }
    [[nodiscard]] std::optional<bool> truth_if_any() {
        const auto value = from_.get(row_, column_++);
        return value ? std::optional(*value == "t") : std::nullopt;
    }

  private:
    const pg::rows& from_;
    std::size_t row_;
    std::size_t column_ = 0;
};

// A member that holds rows of another table: it has no column.
template <class Value>
inline constexpr bool is_rows = false;
template <class Row>
inline constexpr bool is_rows<std::vector<Row>> = true;

// Reads the value of the next column.
inline void read_column(row_reader& from, std::string& into) {
    into = from.text();
}
inline void read_column(row_reader& from, std::int64_t& into) {
    into = from.number();
}
inline void read_column(row_reader& from, std::optional<std::int64_t>& into) {
    into = from.number_if_any();
}
inline void read_column(row_reader& from, bool& into) {
    into = from.truth_if_any().value_or(false);
}
inline void read_column(row_reader& from, std::optional<bool>& into) {
    into = from.truth_if_any();
}
void read_column(row_reader& from, transaction_type& into);
void read_column(row_reader& from, source& into);
void read_column(row_reader& from, hold_state& into);
template <class Row>
void read_column(row_reader&, std::vector<Row>&) {
}

// A row whose columns are select_list()'s.
template <has_fields Row>
Row read_row(row_reader& from) {
    Row made;
    for_each_field<Row>([&](const auto& field) { read_column(from, made.*field.member); });
    return made;
}

// How a column is read that does not have the name of its field.
struct other_column {
    std::string_view field;
    std::string sql;
};

// The SELECT list of a row, in the order of its description. `alias`: of its table.
template <has_fields Row>
std::string select_list(std::string_view alias, std::initializer_list<other_column> others = {}) {
    std::string sql;
    for_each_field<Row>([&](const auto& field) {
        if constexpr (is_rows<std::remove_cvref_t<decltype(std::declval<Row>().*field.member)>>)
            return;
        std::string column = std::string(alias) + "." + std::string(field.name);
        for (const other_column& each : others) {
            if (each.field == field.name)
                column = each.sql;
        }
        if (field.how == shown::time)
            column = "(extract(epoch FROM " + column + ") * 1000000)::bigint";
        else if (field.how == shown::second)
            column = "floor(extract(epoch FROM " + column + "))::bigint";
        else if (field.how == shown::json)
            column += "::text";
        sql += (sql.empty() ? "" : ", ") + column;
    });
    return sql;
}

// Of tokenledger.token_transactions AS t, token_usage AS u and stripe_events AS e.
[[nodiscard]] const std::string& transaction_columns();
// Of token_usage AS u with join_reversals.
[[nodiscard]] const std::string& usage_columns();
// Of token_holds AS h; and of its state now.
[[nodiscard]] const std::string& hold_columns();
[[nodiscard]] const std::string& state_of_hold();
// `waiting_expires`: postgres_options'.
[[nodiscard]] std::string event_columns(std::chrono::days waiting_expires);
// SQL: true if e has waited for longer than that.
[[nodiscard]] std::string is_expired(std::chrono::days waiting_expires);

template <class Read>
auto read_rows(const pg::rows& from, Read read) {
    std::vector<decltype(read(std::declval<row_reader&>()))> rows;
    rows.reserve(from.size());
    for (std::size_t row = 0; row < from.size(); ++row) {
        row_reader columns(from, row);
        rows.push_back(read(columns));
    }
    return rows;
}

template <has_fields Row>
std::vector<Row> read_rows(const pg::rows& from) {
    return read_rows(from, read_row<Row>);
}

} // namespace tokenledger::ledger
