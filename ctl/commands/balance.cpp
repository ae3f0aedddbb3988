// balance: an account now, with what is held and what expires; or its balance at an earlier time.
#include "commands/commands.hpp"
#include "screen/cells.hpp"
#include "screen/lots.hpp"
#include "screen/text.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

using lines = std::vector<std::pair<std::string, cell>>;

std::string disputes_of(json_value account) {
    std::string out;
    for (auto each = account.member("disputed_payments").first(); each; each = each.next())
        out += (out.empty() ? "" : " ") + text_of(each);
    return out;
}

cell balance_of(json_value account) {
    cell amount = balance_cell(account.member("balance"));
    if (amount.how == tone::plain)
        amount.how = tone::strong;
    return amount;
}

void add_totals(json_value account, lines& to) {
    for (auto each = account.member("totals").first(); each; each = each.next()) {
        cell sum = signed_cell(each.member("tokens"));
        if (sum.text == "0" && each.member("type").string() == "refund")
            sum.text += " (what was taken was given back)";
        to.emplace_back(text_of(each.member("type")) + " x" + number_of(each.member("count")), sum);
    }
}

void add_limits(json_value account, lines& to) {
    for (auto each = account.member("limits").first(); each; each = each.next())
        to.emplace_back(
            "limit of " + text_of(each.member("member")),
            cell{.text = number_of(each.member("tokens")) + " per " + text_of(each.member("per"))});
}

} // namespace

int balance(const context& in, const balance_options& what) {
    const answer got = get(in, request_path(admin::call::account, what.user).parameter("at", what.at));
    if (!got.ok())
        return got.exit_code;
    if (in.common.json)
        return print_json(got);
    const json_value account = got.root();
    lines told{{"user", {.text = text_of(account.member("user_id"))}}, {"balance", balance_of(account)}};
    if (!what.at.empty()) {
        told.emplace_back("sequence", cell{.text = number_of(account.member("sequence"))});
        if (const std::string since = time_of(account.member("created_at")); !since.empty())
            told.emplace_back("since", cell{.text = since});
        std::cout << pairs(told, in.at.screen);
        return exit_done;
    }
    told.emplace_back("available", balance_cell(account.member("available")));
    if (const json_value held = account.member("held"))
        told.emplace_back("held", cell{.text = number_of(held)});
    if (const json_value over = account.member("expired_not_posted"))
        told.emplace_back("expired",
                          cell{.text = number_of(over) + " (not posted yet)", .how = tone::notice});
    add_totals(account, told);
    add_limits(account, told);
    if (const std::string last = time_of(account.member("last_transaction_at")); !last.empty())
        told.emplace_back("last change", cell{.text = last});
    if (const std::string disputes = disputes_of(account); !disputes.empty())
        told.emplace_back("in dispute", cell{.text = disputes, .how = tone::bad});
    std::cout << pairs(told, in.at.screen) << text_of_lots(account, in.at.screen);
    return exit_done;
}

} // namespace tokenledger::ctl
