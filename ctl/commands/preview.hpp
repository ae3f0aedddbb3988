// What a write would do to accounts, for --dry-run.
#pragma once

#include "client/client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tokenledger::ctl {

struct account_change {
    std::string user;
    std::int64_t tokens = 0; // signed
    bool may_be_new = false;
    bool may_go_below_zero = false;
};

// Asks for the accounts and prints their balances before and after; writes nothing. Returns the exit code.
int preview(const context& in, const std::vector<account_change>& changes);

} // namespace tokenledger::ctl
