// report: where the tokens came from and went, in bars.
#include "commands/commands.hpp"
#include "screen/cells.hpp"
#include "screen/revenue.hpp"
#include "screen/sums.hpp"
#include "screen/text.hpp"

#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace tokenledger::ctl {

namespace {

enum class rows_of : unsigned char { transactions, usage };

// A section: the rows it includes, the member to group by, and the member to add up.
struct section {
    std::string_view name;
    std::string_view title;
    rows_of from;
    std::string_view type; // of transactions; empty: every one
    std::string_view by;   // the member that groups
    std::string_view sum;  // the member that is added up
    bool in_time_order;
};

constexpr std::array sections{
    section{"purchase", "purchased tokens per day", rows_of::transactions, "purchase", "day", "tokens", true},
    section{"grant", "granted tokens per day", rows_of::transactions, "grant", "day", "tokens", true},
    section{"refund", "tokens taken back per day", rows_of::transactions, "refund", "day", "tokens", true},
    section{"usage", "tokens used per day", rows_of::usage, "", "day", "tokens_used", true},
    section{"type", "tokens by type", rows_of::transactions, "", "type", "tokens", false},
    section{"pack", "purchased tokens by pack", rows_of::transactions, "purchase", "pack", "tokens", false},
    section{"currency", "money by currency", rows_of::transactions, "purchase", "currency",
            "amount_paid_cents", false},
    section{"action", "tokens used by action", rows_of::usage, "", "action_type", "tokens_used", false},
    section{"model", "tokens used by model", rows_of::usage, "", "model_used", "tokens_used", false}};

// Shown only if named: it has a line for each day and pack.
constexpr std::string_view revenue_section = "revenue";

bool is_wanted(const section& what, const std::vector<std::string>& by) {
    return by.empty() || std::find(by.begin(), by.end(), what.name) != by.end();
}

void print_section(const section& what, const answer& rows, const std::string& time_zone, const view& how) {
    sums found;
    for (auto each = rows.root().member("rows").first(); each; each = each.next()) {
        if (!what.type.empty() && each.member("type").string() != what.type)
            continue;
        const json_value sum = each.member(what.sum);
        if (!sum)
            continue;
        const std::string_view text = sum.string().value_or(sum.raw_number());
        found.add(each.member(what.by).string().value_or(""), text);
    }
    std::vector<bar> lines;
    for (const auto& [label, amount] : found.sorted(what.in_time_order ? order::by_label : order::by_size)) {
        const bool is_money = what.by == "currency";
        lines.push_back({.label = label.empty() ? "(none)" : visible(label),
                         .amount = amount,
                         .text = is_money ? money(amount, label) : std::string()});
    }
    if (lines.empty())
        return;
    const std::string title =
        std::string(what.title) + (what.by == "day" ? " (" + visible(time_zone) + ")" : std::string());
    std::cout << painted(title, tone::strong, how.colour) << '\n' << bars(lines, how) << '\n';
}

answer ask(const context& in, admin::call report, const list_options& filter) {
    request_path where(report);
    where.parameter("user_id", filter.user).parameter("from", filter.from).parameter("to", filter.to);
    return get(in, where.parameter("span", "day").parameter("time_zone", filter.time_zone));
}

} // namespace

int report(const context& in, const report_options& what) {
    const answer transactions = ask(in, admin::call::transaction_report, what.filter);
    if (!transactions.ok())
        return transactions.exit_code;
    const answer usage = ask(in, admin::call::usage_report, what.filter);
    if (!usage.ok())
        return usage.exit_code;
    if (in.common.json) {
        json_writer out;
        out.begin_object().key("transactions").copy(transactions.root().member("rows"));
        out.key("usage").copy(usage.root().member("rows")).end_object();
        std::cout << out.text() << '\n';
        return exit_done;
    }
    if (!transactions.root().member("rows").first() && !usage.root().member("rows").first()) {
        std::cout << "nothing happened\n";
        return exit_done;
    }
    for (const section& each : sections) {
        if (is_wanted(each, what.by))
            print_section(each, each.from == rows_of::usage ? usage : transactions, what.filter.time_zone,
                          {.width = in.at.width, .colour = in.at.screen.colour});
    }
    if (std::find(what.by.begin(), what.by.end(), revenue_section) != what.by.end())
        std::cout << painted("money by day (" + visible(what.filter.time_zone) + ") and pack", tone::strong,
                             in.at.screen.colour)
                  << '\n'
                  << revenue(transactions.root().member("rows"), in.at.screen) << '\n';
    return exit_done;
}

} // namespace tokenledger::ctl
