// How columns share the screen.
#include "table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <utility>

namespace tokenledger::ctl {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t default_bar_screen = 80;

struct layout {
    std::vector<std::size_t> chosen; // indices of the columns shown
    std::vector<std::size_t> widths; // of all columns

    [[nodiscard]] std::size_t total() const {
        std::size_t sum = chosen.empty() ? 0 : gap * (chosen.size() - 1);
        for (const std::size_t each : chosen)
            sum += widths[each];
        return sum;
    }
};

// Takes one column of the screen from the widest column that can give it; false if none can.
bool shrink(layout& plan, const std::vector<column>& columns) {
    std::size_t widest = columns.size();
    for (const std::size_t each : plan.chosen) {
        if (columns[each].shrinks && plan.widths[each] > least_column_width &&
            (widest == columns.size() || plan.widths[each] > plan.widths[widest]))
            widest = each;
    }
    if (widest == columns.size())
        return false;
    --plan.widths[widest];
    return true;
}

// Leaves out the last column that may go; false if there is none.
bool drop(layout& plan, const std::vector<column>& columns) {
    for (std::size_t i = plan.chosen.size(); i-- > 0;) {
        if (!columns[plan.chosen[i]].optional)
            continue;
        plan.chosen.erase(plan.chosen.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
    }
    return false;
}

layout arrange(const std::vector<column>& columns, const std::vector<row>& rows, std::size_t width) {
    layout natural;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t widest = 0;
        for (const row& each : rows)
            widest = std::max(widest, columns_of(each.at(i).text));
        if (widest == 0 && columns[i].optional)
            continue; // nobody has it
        natural.chosen.push_back(i);
    }
    natural.widths.resize(columns.size());
    for (const std::size_t i : natural.chosen) {
        natural.widths[i] = columns_of(columns[i].title);
        for (const row& each : rows)
            natural.widths[i] = std::max(natural.widths[i], columns_of(each.at(i).text));
    }
    if (width == 0)
        return natural;
    for (;;) {
        layout plan = natural;
        while (plan.total() > width && shrink(plan, columns)) {
        }
        if (plan.total() <= width || !drop(natural, columns))
            return plan;
    }
}

std::string line(const layout& plan, const std::vector<column>& columns, const row& cells, const view& how) {
    std::string out;
    std::size_t used = 0;
    for (const std::size_t i : plan.chosen) {
        const bool first = i == plan.chosen.front();
        std::size_t room = plan.widths[i];
        if (how.width != 0) {
            const std::size_t left = how.width - std::min(how.width, used + (first ? 0 : gap));
            if (left == 0)
                break;
            room = std::min(room, left);
        }
        const std::string text = shortened(cells.at(i).text, room);
        const std::size_t blanks = room - std::min(room, columns_of(text));
        if (!first)
            out.append(gap, ' ');
        if (columns[i].right)
            out.append(blanks, ' ');
        out += painted(text, cells.at(i).how, how.colour);
        if (!columns[i].right && i != plan.chosen.back())
            out.append(blanks, ' ');
        used += room + (first ? 0 : gap);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
}

std::string repeated(std::string_view what, std::size_t times) {
    std::string out;
    while (times-- > 0)
        out += what;
    return out;
}

// Eighths of a column, so that close amounts can be told apart.
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
