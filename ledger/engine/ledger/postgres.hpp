// How PostgreSQL is reached: options, and what a database URL is.
#pragma once

#include "ledger/store_error.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

namespace tokenledger::ledger {

struct postgres_options {
    std::string url; // any libpq URI or keyword string
    // Longest a statement may take, lock waits included; set with SET LOCAL in each transaction.
    std::chrono::milliseconds statement_timeout{5000};
    // Longest a connection attempt may take, per host. A batch that sits in libpq for longer than both times
    // together has its connection cut.
    std::chrono::milliseconds connect_timeout{3000};
    // Reads show an event that has waited for longer as `expired`: its purchase will hardly come. It is
    // settled all the same if it does.
    std::chrono::days waiting_expires{30};
};

// database.url is no libpq URI or keyword string. What libpq says of it is left out: it quotes the password.
class unreadable_url : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};
[[nodiscard]] bool is_readable_url(const std::string& url);
// Whether a readable url holds a password, that of a key too.
[[nodiscard]] bool has_password(const std::string& url);

} // namespace tokenledger::ledger
