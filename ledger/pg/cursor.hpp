// Rows of a query one at a time, fetched in pieces from a cursor of the server: memory stays constant.
#pragma once

#include "pg/connection.hpp"

#include <optional>
#include <string>

namespace tokenledger::ledger::pg {

// Inside a transaction. One cursor of a name at a time; closed with the transaction.
class cursor {
  public:
    cursor(connection& where, std::string name, const std::string& select, std::size_t fetch = 1000)
        : where_(where),
          next_("FETCH " + std::to_string(fetch) + " FROM " + name),
          close_("CLOSE " + name),
          fetch_(fetch) {
        where_.exec("DECLARE " + name + " NO SCROLL CURSOR WITHOUT HOLD FOR " + select);
    }

    // The next row; false after the last one.
    [[nodiscard]] bool next() {
        if (rows_ && ++row_ < rows_->size())
            return true;
        row_ = 0;
        return fetch() != nullptr;
    }
    // The next piece, instead of the next row: all its rows. Null after the last one.
    [[nodiscard]] const rows* fetch() {
        if (rows_ && rows_->size() < fetch_)
            return nullptr;
        rows_ = where_.exec(next_);
        return rows_->size() > 0 ? &*rows_ : nullptr;
    }
    void close() { where_.exec(close_); }

    [[nodiscard]] std::optional<std::string_view> get(std::size_t column) const {
        return rows_->get(row_, column);
    }
    [[nodiscard]] std::string_view text(std::size_t column) const { return rows_->text(row_, column); }
    [[nodiscard]] std::int64_t number(std::size_t column) const { return rows_->number(row_, column); }

  private:
    connection& where_;
    std::string next_;
    std::string close_;
    std::size_t fetch_;
    std::optional<rows> rows_;
    std::size_t row_ = 0;
};

// Runs `select` and calls `each` with one fetch after another. Inside a transaction.
inline void read_through_cursor(connection& connection, const std::string& select, std::size_t fetch,
                                const std::function<void(const rows&)>& each) {
    cursor reading(connection, "read_through", select, fetch);
    while (const rows* piece = reading.fetch())
        each(*piece);
    reading.close();
}

} // namespace tokenledger::ledger::pg
