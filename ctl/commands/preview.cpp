// Computes balances as the ledger would.
#include "commands/preview.hpp"

#include "command_line/options.hpp"
#include "screen/cells.hpp"
#include "screen/table.hpp"
#include "screen/text.hpp"

#include "json/writer.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

bool is_unknown_account(const answer& got) {
    return got.status == 404 && got.root().member("type").string() == "unknown_account";
}

std::int64_t number_in(const answer& account, std::string_view name) {
    return account.root().member(name).integer().value_or(0);
}

struct foreseen {
    account_change of;
    std::int64_t before = 0;
    std::int64_t after = 0;
    bool is_new = false;
    std::string refusal{}; // why the ledger would refuse
};

// Fills in before and after; false if the daemon could not be asked.
bool look_up(const context& in, foreseen& what, int& exit_code) {
    const answer got = get(in, request_path(admin::call::account, what.of.user), problems::left_to_caller);
    if (!got.ok() && !is_unknown_account(got)) {
        if (got.status != 0)
            say_problem(in, got);
        exit_code = got.exit_code;
        return false;
    }
    // An account without a transaction does not count as existing: a refused write may have left its row.
    const bool exists = got.ok() && number_in(got, "last_sequence") > 0;
    what.is_new = !exists;
    const std::int64_t available = number_in(got, "available");
    // What has expired is posted before anything else is.
    what.before = number_in(got, "balance") - number_in(got, "expired_not_posted");
    if (!exists && !what.of.may_be_new)
        what.refusal = "there is no account " + visible(what.of.user);
    else if (__builtin_add_overflow(what.before, what.of.tokens, &what.after))
        what.refusal = "the balance of " + visible(what.of.user) + " would leave the range of int64";
    else if (what.of.tokens < 0 && available < -what.of.tokens && !what.of.may_go_below_zero)
        what.refusal =
            "of " + visible(what.of.user) + " only " + grouped(available) + " tokens are available";
    return true;
}

} // namespace

int preview(const context& in, const std::vector<account_change>& changes) {
    int exit_code = exit_done;
    std::vector<row> rows;
    json_writer out;
    out.begin_object().member("dry_run", true).key("accounts").begin_array();
    for (const account_change& of : changes) {
        foreseen each{.of = of};
        if (!look_up(in, each, exit_code))
            return exit_code;
        if (!each.refusal.empty()) {
            complain(in, "this would be refused: " + each.refusal);
            return exit_refused;
        }
        out.begin_object().member("user_id", of.user).member("token_amount", of.tokens);
        out.member("balance_before", each.before).member("balance_after", each.after);
        if (each.is_new)
            out.member("new_account", true);
        out.end_object();
        rows.push_back({{.text = visible(of.user), .whole = true},
                        {.text = grouped(each.before)},
                        {.text = (of.tokens > 0 ? "+" : "") + grouped(of.tokens)},
                        {.text = each.is_new ? "new account" : "", .how = tone::notice},
                        {.text = grouped(each.after), .how = each.after < 0 ? tone::bad : tone::strong}});
    }
    out.end_array().end_object();
    if (in.common.json)
        std::cout << out.text() << '\n';
    else
        std::cout << "nothing was written; this is what would be:\n"
                  << table({{.title = "user", .shrinks = true},
                            {.title = "balance now", .right = true},
                            {.title = "tokens", .right = true},
                            {.title = "note", .optional = true},
                            {.title = "balance after", .right = true}},
                           rows, in.at.screen);
    return exit_done;
}

} // namespace tokenledger::ctl
