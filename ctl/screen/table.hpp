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
    bool shrinks = false;  // may lose its middle where the screen is narrow
    bool optional = false; // may go altogether
    bool spare = false;    // goes before the others: the caller has named what is in it, say
};

struct cell {
    std::string text; // visible() already
    tone how = tone::plain;
    bool whole = false; // an id, which one copies: never cut
};

using row = std::vector<cell>;

struct view {
    std::size_t width = 0; // 0: as wide as it wants to be
    bool colour = false;
};

inline constexpr std::size_t least_column_width = 9; // of one that shrinks

// A line per row below the titles. Where the view is too narrow, columns lose their middle, then those go
// that may, the last one first; cells that are whole do neither. If that does not do, every row, and the
// titles, break into several lines, the further ones indented. Only an id that is wider than the view is
// wider than it.
[[nodiscard]] std::string table(const std::vector<column>& columns, const std::vector<row>& rows,
                                const view& how);

// Names and values below one another: "balance   100,000".
[[nodiscard]] std::string pairs(const std::vector<std::pair<std::string, cell>>& lines, const view& how);

struct bar {
    std::string label;
    std::string amount; // a decimal; negative ones have a bar as well, of their size
    std::string text{}; // what stands behind the bar, if not the amount
};

inline constexpr std::size_t least_bar_width = 8;

// The longest bar has the room that is left; every amount but 0 has a bar that can be seen.
[[nodiscard]] std::string bars(const std::vector<bar>& lines, const view& how);

} // namespace tokenledger::ctl
