// Outcomes of writes as text.
#include "commands/outcome.hpp"

#include "screen/cells.hpp"
#include "screen/text.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

std::string text_of_hold(json_value hold, const view& how) {
    std::vector<std::pair<std::string, cell>> lines{{"hold", id_cell(hold.member("hold_id"))},
                                                    {"state", {.text = text_of(hold.member("state"))}},
                                                    {"held", {.text = number_of(hold.member("held"))}},
                                                    {"balance", balance_cell(hold.member("balance"))},
                                                    {"available", balance_cell(hold.member("available"))}};
    if (hold.member("state").string() == "open")
        lines.emplace_back("open until", cell{.text = time_of(hold.member("expires_at"))});
    return pairs(lines, how);
}

} // namespace

void print_more(const context& in, const answer& got) {
    const auto next = got.root().member("next").string();
    if (got.root().member("more").boolean().value_or(false) && next)
        std::cout << painted("more: --cursor " + visible(*next), tone::faint, in.at.screen.colour) << '\n';
}

int print_outcome(const context& in, const answer& got, const std::string& done) {
    if (!got.ok())
        return got.exit_code;
    if (in.common.json)
        return print_json(got);
    std::vector<row> rows;
    for (auto each = got.root().member("transactions").first(); each; each = each.next()) {
        rows.push_back({id_cell(each.member("user_id")),
                        {.text = text_of(each.member("type"))},
                        {.text = text_of(each.member("source"))},
                        signed_cell(each.member("token_amount")),
                        balance_cell(each.member("balance_after")),
                        {.text = number_of(each.member("sequence")), .how = tone::faint}});
    }
    std::cout << done << (got.replayed ? " (done before under this key: nothing new was posted)" : "")
              << '\n';
    if (!rows.empty())
        std::cout << table({{.title = "user", .shrinks = true},
                            {.title = "type"},
                            {.title = "source", .optional = true},
                            {.title = "tokens", .right = true},
                            {.title = "balance", .right = true},
                            {.title = "sequence", .right = true, .optional = true}},
                           rows, in.at.screen);
    if (const json_value hold = got.root().member("hold"))
        std::cout << text_of_hold(hold, in.at.screen);
    return exit_done;
}

} // namespace tokenledger::ctl
