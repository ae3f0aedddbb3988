// Shares the width of the screen among the columns.
#include "screen/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace tokenledger::ctl {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t default_bar_screen = 80;

struct layout {
    std::vector<std::size_t> chosen;   // indices of the columns shown
    std::vector<std::size_t> widths{}; // of all columns
    std::vector<std::size_t> least{};  // likewise: what whole cells need
    std::vector<std::size_t> begins{}; // columns that begin a line of their own
    std::size_t indent = 0;            // of those lines

    [[nodiscard]] std::size_t total() const {
        std::size_t sum = chosen.empty() ? 0 : gap * (chosen.size() - 1);
        for (const std::size_t each : chosen)
            sum += widths[each];
        return sum;
    }
    [[nodiscard]] bool begins_line(std::size_t one) const {
        return std::find(begins.begin(), begins.end(), one) != begins.end();
    }
};

// Takes one column of the screen from the widest column that can give it; false if none can.
bool shrink(layout& plan, const std::vector<column>& columns) {
    std::size_t widest = columns.size();
    for (const std::size_t each : plan.chosen) {
        if (columns[each].shrinks && plan.widths[each] > std::max(least_column_width, plan.least[each]) &&
            (widest == columns.size() || plan.widths[each] > plan.widths[widest]))
            widest = each;
    }
    if (widest == columns.size())
        return false;
    --plan.widths[widest];
    return true;
}

// Leaves out the last column that is to spare, else the last column that may go; false if there is none.
bool drop(layout& plan, const std::vector<column>& columns) {
    const auto leave_out = [&](auto may_go) {
        const auto last = std::find_if(plan.chosen.rbegin(), plan.chosen.rend(), may_go);
        if (last == plan.chosen.rend())
            return false;
        plan.chosen.erase(std::next(last).base());
        return true;
    };
    return leave_out([&](std::size_t each) { return columns[each].spare; }) ||
           leave_out([&](std::size_t each) { return columns[each].optional && plan.least[each] == 0; });
}

// The columns below one another in as many lines as it takes.
layout broken(layout plan, std::size_t width) {
    plan.indent = width > 4 * gap ? gap : 0;
    std::size_t used = 0;
    for (const std::size_t each : plan.chosen) {
        const bool first = each == plan.chosen.front();
        const std::size_t room = width - (first ? 0 : plan.indent);
        plan.widths[each] = std::max(std::min(plan.widths[each], room), plan.least[each]);
        const bool fits = used + (first ? 0 : gap) + plan.widths[each] <= width;
        if (!fits && !first) {
            plan.begins.push_back(each);
            used = plan.indent + plan.widths[each];
        } else {
            used += (first ? 0 : gap) + plan.widths[each];
        }
    }
    return plan;
}

layout arrange(const std::vector<column>& columns, const std::vector<row>& rows, std::size_t width) {
    layout natural{.chosen = {},
                   .widths = std::vector<std::size_t>(columns.size()),
                   .least = std::vector<std::size_t>(columns.size())};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t widest = 0;
        for (const row& each : rows) {
            const std::size_t needs = columns_of(each.at(i).text);
            widest = std::max(widest, needs);
            if (each.at(i).whole)
                natural.least[i] = std::max(natural.least[i], needs);
        }
        if (widest == 0 && (columns[i].optional || columns[i].spare))
            continue; // no row has a value
        natural.chosen.push_back(i);
        natural.widths[i] = std::max(widest, columns_of(columns[i].title));
    }
    if (width == 0)
        return natural;
    for (layout fewer = natural;;) {
        layout plan = fewer;
        while (plan.total() > width && shrink(plan, columns)) {
        }
        if (plan.total() <= width)
            return plan;
        if (!drop(fewer, columns))
            return broken(std::move(natural), width);
    }
}

std::string line(const layout& plan, const std::vector<column>& columns, const row& cells, const view& how) {
    std::string out;
    std::string current;
    const auto end_line = [&](bool first) {
        current.erase(current.find_last_not_of(' ') + 1);
        if (first || !current.empty()) // a line of empty cells is left out
            out += current + "\n";
    };
    for (const std::size_t i : plan.chosen) {
        if (plan.begins_line(i)) {
            end_line(out.empty());
            current = std::string(plan.indent, ' ');
        } else if (i != plan.chosen.front()) {
            current.append(gap, ' ');
        }
        const cell& shown = cells.at(i);
        const std::string text = shown.whole ? shown.text : shortened(shown.text, plan.widths[i]);
        const std::size_t blanks = plan.widths[i] - std::min(plan.widths[i], columns_of(text));
        if (columns[i].right)
            current.append(blanks, ' ');
        current += painted(text, shown.how, how.colour);
        if (!columns[i].right)
            current.append(blanks, ' ');
    }
    end_line(out.empty());
    return out;
}

std::string repeated(std::string_view what, std::size_t times) {
    std::string out;
    while (times-- > 0)
        out += what;
    return out;
}

// Eighths of a column, so that bars of close amounts differ.
std::string drawn(double share, std::size_t room) {
    constexpr std::array eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (share <= 0)
        return {};
    const auto parts = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::lround(share * static_cast<double>(room) * 8)));
    return repeated("█", parts / 8) + eighths.at(parts % 8);
}

} // namespace

std::string table(const std::vector<column>& columns, const std::vector<row>& rows, const view& how) {
    const layout plan = arrange(columns, rows, how.width);
    row titles;
    for (const column& each : columns)
        titles.push_back({.text = each.title, .how = tone::strong});
    std::string out = line(plan, columns, titles, how);
    for (const row& each : rows)
        out += line(plan, columns, each, how);
    return out;
}

std::string pairs(const std::vector<std::pair<std::string, cell>>& lines, const view& how) {
    std::size_t widest = 0;
    for (const auto& [name, value] : lines)
        widest = std::max(widest, columns_of(name));
    std::string out;
    for (const auto& [name, value] : lines) {
        out += painted(name, tone::faint, how.colour) + std::string(widest - columns_of(name) + gap, ' ');
        out += painted(value.text, value.how, how.colour) + "\n";
    }
    return out;
}

std::string bars(const std::vector<bar>& lines, const view& how) {
    const auto text_of = [](const bar& each) { return each.text.empty() ? grouped(each.amount) : each.text; };
    std::size_t labels = 0;
    std::size_t texts = 0;
    double most = 0;
    for (const bar& each : lines) {
        labels = std::max(labels, columns_of(each.label));
        texts = std::max(texts, columns_of(text_of(each)));
        most = std::max(most, std::abs(std::strtod(each.amount.c_str(), nullptr)));
    }
    const std::size_t screen = how.width == 0 ? default_bar_screen : how.width;
    const std::size_t taken = texts + 2 * gap + least_bar_width;
    labels = std::min(labels, screen > taken + least_column_width ? screen - taken : least_column_width);
    const std::size_t beside = labels + texts + 2 * gap;
    const std::size_t room = screen > beside + least_bar_width ? screen - beside : least_bar_width;
    std::string out;
    for (const bar& each : lines) {
        const std::string label = shortened(each.label, labels);
        const std::string text = text_of(each);
        const double amount = std::strtod(each.amount.c_str(), nullptr);
        const std::string drawing = most > 0 ? drawn(std::abs(amount) / most, room) : std::string();
        out += label + std::string(labels - columns_of(label) + gap, ' ');
        out += std::string(texts - columns_of(text), ' ') + text;
        if (!drawing.empty())
            out += std::string(gap, ' ') + painted(drawing, amount < 0 ? tone::bad : tone::good, how.colour);
        out += "\n";
    }
    return out;
}

} // namespace tokenledger::ctl
