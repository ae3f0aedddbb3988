// The accounts of the reference implementation and the rows that change them. What is over at the time of a
// row is posted first.
#pragma once

#include "naive_lots.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

// A change of a balance.
struct naive_posting {
    std::string user;
    std::int64_t tokens = 0;
    std::int64_t balance = 0; // after it

    bool operator==(const naive_posting&) const = default;
};

struct naive_row {
    naive_posting what;
    std::optional<std::int64_t> effective_us{}; // of an expiry

    bool operator==(const naive_row&) const = default;
};

class naive_accounts {
  public:
    std::int64_t now_us = 0;
    std::map<std::string, naive_account> accounts;
    std::map<std::string, std::int64_t> balances; // of every user who was ever credited or debited
    std::vector<naive_posting> posted;            // by the last command
    std::vector<naive_row> rows;                  // all of them, also those of no command

    // The time of an account never runs backwards.
    [[nodiscard]] std::int64_t time_of(const std::string& user) const {
        const auto known = accounts.find(user);
        return known != accounts.end() ? std::max(now_us, known->second.last_row_us) : now_us;
    }

    // Posts what is over by now, as a command of its own. Any account may be swept at any time, and one that
    // something happens to is swept before.
    void sweep(const std::string& user) {
        const auto known = accounts.find(user);
        if (known == accounts.end())
            return;
        const std::string key = sweep_key(user, known->second.rows);
        const std::vector<naive_posting> of_command = std::exchange(posted, {});
        for (const naive_end& each : known->second.end_what_is_over(time_of(user)))
            note(user, -each.tokens, each.at_us);
        if (!posted.empty())
            sweeps_[key] = posted;
        posted = of_command;
    }

  protected:
    std::map<std::string, std::vector<naive_posting>> sweeps_; // what each posted

    static std::string sweep_key(const std::string& user, std::int64_t rows_before) {
        return std::to_string(rows_before) + " " + user;
    }

    // What the row does to the account was done.
    void note(const std::string& user, std::int64_t tokens,
              std::optional<std::int64_t> effective_us = std::nullopt) {
        naive_account& of = accounts[user];
        of.last_row_us = time_of(user);
        ++of.rows;
        balances[user] += tokens;
        posted.push_back({user, tokens, balances[user]});
        rows.push_back({posted.back(), effective_us});
    }

    void post_what_returned(const std::string& user) {
        const auto known = accounts.find(user);
        if (known == accounts.end())
            return;
        for (const naive_end& each : known->second.end_what_returned(time_of(user)))
            note(user, -each.tokens, each.at_us);
    }
};

} // namespace tokenledger::test
