// Lots as a table, and as a cell.
#include "screen/lots.hpp"

#include "screen/cells.hpp"
#include "screen/text.hpp"

#include "ledger/command.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tokenledger::ctl {

std::string text_of_lots(json_value account, const view& how) {
    std::vector<row> rows;
    for (auto each = account.member("lots").first(); each; each = each.next()) {
        const std::string end = short_time(each.member("expires_at").string().value_or(""));
        const auto priority = each.member("priority").integer();
        rows.push_back(
            {{.text = std::to_string(each.member("lot").integer().value_or(0))},
             {.text = number_of(each.member("tokens"))},
             {.text = number_of(each.member("held"))},
             {.text = end.empty() ? "never" : end},
             {.text = priority == ledger::default_lot_priority ? "" : number_of(each.member("priority"))},
             {.text = each.member("paid").boolean().value_or(false) ? "yes" : ""},
             id_cell(each.member("stripe_payment_intent_id"))});
    }
    if (rows.empty())
        return {};
    return "\n" + table({{.title = "lot", .right = true},
                         {.title = "tokens", .right = true},
                         {.title = "held", .right = true, .optional = true},
                         {.title = "expires (UTC)"},
                         {.title = "priority", .right = true, .optional = true},
                         {.title = "paid", .optional = true},
                         {.title = "payment", .shrinks = true, .optional = true}},
                        rows, how);
}

cell lots_cell(json_value transaction) {
    cell made;
    for (auto each = transaction.member("lots").first(); each; each = each.next())
        made.text += (made.text.empty() ? "" : ", ") + visible(each.name()) + ": " + signed_cell(each).text;
    return made;
}

} // namespace tokenledger::ctl
