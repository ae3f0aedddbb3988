// Adds up exactly under one label for each line. A tab separates the parts of a label; no part contains one.
#include "screen/revenue.hpp"

#include "screen/sums.hpp"
#include "screen/text.hpp"

#include <array>
#include <utility>
#include <vector>

namespace tokenledger::ctl {

namespace {

std::string text_of(const json_value& value) {
    return visible(value.string().value_or(""));
}

std::string_view number_in(const json_value& value) {
    return value.string().value_or(value.raw_number());
}

// The sums of one line of the table.
struct columns_of_money {
    sums payments;
    sums paid;
    sums back;
    sums left;

    void add(const std::string& label, const json_value& row) {
        const bool bought = row.member("type").string() == "purchase";
        const std::string_view amount = number_in(row.member("amount_paid_cents"));
        payments.add(label, bought ? number_in(row.member("count")) : "0");
        paid.add(label, bought ? amount : "0");
        back.add(label, bought ? "0" : amount);
        left.add(label, amount);
    }

    // Currency, day and pack, then the four sums.
    [[nodiscard]] std::vector<std::pair<std::string, std::array<std::string, 4>>> lines() const {
        std::vector<std::pair<std::string, std::array<std::string, 4>>> made;
        for (auto& [label, sum] : payments.sorted(order::by_label))
            made.push_back({label, {sum}});
        std::size_t place = 0;
        for (const sums* each : {&paid, &back, &left}) {
            ++place;
            std::size_t line = 0;
            for (auto& [label, sum] : each->sorted(order::by_label))
                made.at(line++).second.at(place) = sum;
        }
        return made;
    }
};

row row_of(const std::string& label, const std::array<std::string, 4>& sums_of, tone how) {
    const std::size_t first = label.find('\t');
    const std::size_t second = label.find('\t', first + 1);
    const std::string currency = label.substr(0, first);
    const auto amount = [&](const std::string& cents) { return cents == "0" ? "" : money(cents, currency); };
    return {
        {.text = label.substr(first + 1, second - first - 1), .how = how},
        {.text = label.substr(second + 1), .how = how},
        {.text = grouped(sums_of[0]), .how = how},
        {.text = amount(sums_of[1]), .how = how},
        {.text = amount(sums_of[2]), .how = tone::bad},
        {.text = money(sums_of[3], currency), .how = sums_of[3].starts_with('-') ? tone::bad : tone::good}};
}

} // namespace

std::string revenue(const json_value& rows, const view& how) {
    columns_of_money by_line;
    columns_of_money by_currency;
    for (auto each = rows.first(); each; each = each.next()) {
        const std::string currency = text_of(each.member("currency"));
        const auto type = each.member("type").string();
        if (currency.empty() || (type != "purchase" && type != "refund"))
            continue;
        const std::string pack = text_of(each.member("pack"));
        by_line.add(currency + "\t" + text_of(each.member("day")) + "\t" + (pack.empty() ? "(none)" : pack),
                    each);
        by_currency.add(currency + "\tall\t", each);
    }
    std::vector<row> shown;
    for (const auto& [label, sums_of] : by_line.lines())
        shown.push_back(row_of(label, sums_of, tone::plain));
    for (const auto& [label, sums_of] : by_currency.lines())
        shown.push_back(row_of(label, sums_of, tone::strong));
    if (shown.empty())
        return {};
    return table({{.title = "day"},
                  {.title = "pack", .shrinks = true},
                  {.title = "payments", .right = true, .optional = true},
                  {.title = "paid", .right = true},
                  {.title = "went back", .right = true},
                  {.title = "left", .right = true}},
                 shown, how);
}

} // namespace tokenledger::ctl
