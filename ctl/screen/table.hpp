// Tables and bars in columns of a terminal.
#pragma once

#include "screen/text.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tokenledger::ctl {

struct column {
    std::string title;
    bool right = false;    // numbers
    bool shrinks = false;  // its middle may be cut on a narrow screen
    bool optional = false; // may be left out
    bool spare = false;    // left out first, for example because the command names its value
};

struct cell {
    std::string text; // visible() already
    tone how = tone::plain;
    bool whole = false; // never cut, for example an id
};

using row = std::vector<cell>;

struct view {
    std::size_t width = 0; // 0: as wide as it wants to be
    bool colour = false;
};

inline constexpr std::size_t least_column_width = 9; // of one that shrinks

// Titles, then a line per row. If the view is too narrow, columns are cut in the middle, then optional ones
// are left out, the last one first; whole cells are never cut. If that is not enough, titles and rows are
// broken into several lines, with the further ones indented. Only an id wider than the view exceeds it.
[[nodiscard]] std::string table(const std::vector<column>& columns, const std::vector<row>& rows,
                                const view& how);

// Names and values below one another: "balance   100,000".
[[nodiscard]] std::string pairs(const std::vector<std::pair<std::string, cell>>& lines, const view& how);

struct bar {
    std::string label;
    std::string amount; // a decimal; negative ones have a bar as well, of their size
    std::string text{}; // printed behind the bar instead of the amount
};

inline constexpr std::size_t least_bar_width = 8;

// The longest bar fills the rest of the line; every amount except 0 has a visible bar.
[[nodiscard]] std::string bars(const std::vector<bar>& lines, const view& how);

} // namespace tokenledger::ctl
