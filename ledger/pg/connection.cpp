// The only file that includes libpqxx: 6.4 (Debian 12) and 7.x (Debian 13 has 7.10).
#include "pg/connection.hpp"

#include "ledger/postgres.hpp"
#include "pg/conninfo.hpp"
#include "pg/watchdog.hpp"

#include <pqxx/pqxx>

#include <charconv>
#include <memory>
#include <utility>
#include <vector>

namespace tokenledger::ledger::pg {

namespace {

#if PQXX_VERSION_MAJOR < 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR < 10)

class notice_counter : public pqxx::errorhandler {
  public:
    explicit notice_counter(pqxx::connection& on) : pqxx::errorhandler(on) {}
    bool operator()(const char text[]) noexcept override {
        try {
            last_ = text;
        } catch (...) {
            last_.clear();
        }
        ++count_;
        return false;
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] const std::string& last() const { return last_; }

  private:
    std::size_t count_ = 0;
    std::string last_;
};

#else

class notice_counter {
  public:
    explicit notice_counter(pqxx::connection& on) {
        on.set_notice_handler([this](pqxx::zview text) noexcept {
            try {
                last_ = std::string(text);
            } catch (...) {
                last_.clear();
            }
            ++count_;
        });
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] const std::string& last() const { return last_; }

  private:
    std::size_t count_ = 0;
    std::string last_;
};

#endif

// One line for a log: the server's messages have several, may quote a whole parameter, and 6.4 adds the
// statement.
std::string tidy(std::string_view what) {
    what = what.substr(0, what.find("DETAIL:")); // it quotes the row: evidence is not for the log
    constexpr std::size_t longest = 500;
    std::string text(what.substr(0, longest));
    if (what.size() > longest)
        text += " ...";
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    for (char& each : text) {
        if (static_cast<unsigned char>(each) < 0x20 || each == 0x7f)
            each = ' ';
    }
    return text;
}

store_failure classify(const std::string& sqlstate) {
    if (sqlstate.starts_with("22") || sqlstate.starts_with("23"))
        return store_failure::refused;
    if (sqlstate == "40001" || sqlstate == "40P01")
        return store_failure::conflict;
    if (sqlstate == "TL003") // of tokenledger.open_batch
        return store_failure::outdated;
    return store_failure::unavailable;
}

// A server that reports one of these may be going down around a COMMIT that it has already made durable:
// operator intervention, connection and system trouble, or no SQLSTATE at all. A cancelled statement (57014)
// is an ordinary error, before the commit.
bool leaves_doubt(const std::string& sqlstate) {
    return sqlstate.empty() || sqlstate.starts_with("08") || sqlstate.starts_with("57P") ||
           sqlstate.starts_with("58") || sqlstate.starts_with("XX");
}

#if PQXX_VERSION_MAJOR < 7

pqxx::result exec_with_parameters(pqxx::nontransaction& work, const std::string& sql, params values,
                                  std::string_view binary) {
    std::vector<const char*> pointers; // a null pointer is NULL
    pointers.reserve(values.size());
    for (const auto& value : values)
        pointers.push_back(value ? value->c_str() : nullptr);
    const auto list = pqxx::prepare::make_dynamic_params(pointers);
    if (binary.empty())
        return work.exec_params(sql, list);
    return work.exec_params(sql, list, pqxx::binarystring(binary.data(), binary.size()));
}

#else

pqxx::result exec_with_parameters(pqxx::nontransaction& work, const std::string& sql, params values,
                                  std::string_view binary) {
    pqxx::params list;
    for (const auto& value : values) {
        if (value)
            list.append(*value);
        else
            list.append();
    }
    if (!binary.empty())
        list.append(pqxx::binary_cast(binary));
#if PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR < 10
    return work.exec_params(sql, list);
#else
    return work.exec(sql, list);
#endif
}

#endif

} // namespace

struct rows::data {
    pqxx::result data;
};

std::size_t rows::size() const {
    return static_cast<std::size_t>(data_->data.size());
}

std::size_t rows::affected_rows() const {
    return static_cast<std::size_t>(data_->data.affected_rows());
}

std::optional<std::string_view> rows::get(std::size_t row, std::size_t column) const {
    using row_index = pqxx::result::size_type;
    const auto field =
        data_->data.at(static_cast<row_index>(row)).at(static_cast<pqxx::row_size_type>(column));
    if (field.is_null())
        return std::nullopt;
    return std::string_view(field.c_str(), field.size());
}

std::string_view rows::text(std::size_t row, std::size_t column) const {
    const auto value = get(row, column);
    if (!value)
        throw store_error(store_failure::unavailable,
                          "the database returned NULL where a value was expected");
    return *value;
}

std::int64_t rows::number(std::size_t row, std::size_t column) const {
    const std::string_view digits = text(row, column);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
        throw store_error(store_failure::unavailable,
                          "the database returned no integer: " + std::string(digits));
    return value;
}

struct connection::state {
    state(const std::string& url, std::chrono::milliseconds connect_timeout)
        : connection(complete_conninfo(url, connect_timeout)),
          notices(connection),
          dog(connection.sock()),
          work(connection) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        // 6.4 would connect again by itself, in the middle of a transaction.
        connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
    }

    // Runs `call` under the watchdog and turns its exceptions into store_error. `at_commit`: failures that
    // leave the transaction's end open are in_doubt.
    template <class Call>
    pqxx::result guarded(bool at_commit, Call call) {
        const store_failure lost = at_commit ? store_failure::in_doubt : store_failure::unavailable;
        const watchdog::guard guard(dog, deadline);
        try {
            return call();
        } catch (const pqxx::broken_connection& error) {
            throw store_error(lost, why_lost(error.what()));
        } catch (const pqxx::serialization_failure& error) { // an sql_error from 7.0 on, not so in 6.4
            throw store_error(store_failure::conflict, tidy(error.what()));
        } catch (const pqxx::deadlock_detected& error) {
            throw store_error(store_failure::conflict, tidy(error.what()));
        } catch (const pqxx::sql_error& error) {
            if (!connection.is_open())
                throw store_error(lost, why_lost(error.what()));
            if (leaves_doubt(error.sqlstate()))
                throw store_error(lost, tidy(error.what()));
            throw store_error(classify(error.sqlstate()), tidy(error.what()));
        } catch (const std::exception& error) {
            throw store_error(lost, connection.is_open() ? tidy(error.what()) : why_lost(error.what()));
        }
    }

    // 6.4 reports a broken connection as a failure of its next attempt.
    std::string why_lost(std::string_view what) {
        return (dog.has_bitten() ? "no answer in time, connection cut: "
                                 : "connection to the database lost: ") +
               tidy(what);
    }

    pqxx::connection connection;
    notice_counter notices;
    watchdog dog;
    pqxx::nontransaction work;
    std::optional<watchdog::time_point> deadline;
};

connection::connection(const std::string& url, std::chrono::milliseconds connect_timeout) {
    try {
        state_ = std::make_unique<state>(url, connect_timeout);
    } catch (const store_error&) {
        throw;
    } catch (const unreadable_url&) {
        throw;
    } catch (const std::exception& error) {
        throw store_error(store_failure::unavailable, tidy(error.what()));
    }
}

connection::~connection() = default;

void connection::limit(std::optional<std::chrono::milliseconds> from_now) {
    state_->deadline.reset();
    if (from_now)
        state_->deadline = std::chrono::steady_clock::now() + *from_now;
}

rows connection::exec(const std::string& sql) {
    auto data = state_->guarded(false, [&] { return state_->work.exec(sql); });
    return rows(std::make_shared<rows::data>(rows::data{std::move(data)}));
}

rows connection::exec(const std::string& sql, params values, std::string_view binary) {
    for (const auto& value : values) {
        if (value && value->find('\0') != std::string::npos) // libpq would cut the text there silently
            throw store_error(store_failure::refused, "a NUL in text");
    }
    auto data =
        state_->guarded(false, [&] { return exec_with_parameters(state_->work, sql, values, binary); });
    return rows(std::make_shared<rows::data>(rows::data{std::move(data)}));
}

void connection::commit() {
    end_with("COMMIT");
}

// A transaction that wrote nothing, or only has an xid, would not wait for the standbys. So it emits a
// message, some 60 bytes of WAL that nothing reads. The database decides, in the same round trip.
void connection::confirm() {
    static const std::string sql =
        "SELECT pg_catalog.pg_logical_emit_message(true, 'tokenledger', '')"
        " WHERE pg_catalog.current_setting('synchronous_standby_names') <> ''; COMMIT";
    end_with(sql);
}

void connection::end_with(const std::string& sql) {
    const std::size_t before = state_->notices.count();
    state_->guarded(true, [&] { return state_->work.exec(sql); });
    // A COMMIT that was cancelled while it waited for its synchronous standby succeeds with a warning.
    if (state_->notices.count() != before)
        throw store_error(store_failure::in_doubt, "COMMIT warned: " + tidy(state_->notices.last()));
}

bool connection::rollback() noexcept {
    try {
        state_->guarded(false, [&] { return state_->work.exec("ROLLBACK"); });
        return true;
    } catch (...) {
        return false;
    }
}

std::string connection::quote(std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        throw store_error(store_failure::refused, "a NUL in text");
    try {
        return state_->connection.quote(std::string(text));
    } catch (const pqxx::argument_error& error) { // not in the connection's encoding
        throw store_error(store_failure::refused, tidy(error.what()));
    } catch (const std::exception& error) {
        throw store_error(store_failure::unavailable, tidy(error.what()));
    }
}

} // namespace tokenledger::ledger::pg
