// Edit distance with swaps of neighbours (optimal string alignment).
#include "base/nearest.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <vector>

namespace tokenledger::base {

namespace {

// The work grows with the product of both lengths; a longer name is no slip of the pen.
constexpr std::size_t max_compared_bytes = 64;

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

// A name that was cut short is one slip, however much is missing: `model` for `model_used`.
constexpr std::size_t least_cut_bytes = 3;

std::size_t slips(std::string_view name, std::string_view meant) {
    const bool is_cut =
        name.size() >= least_cut_bytes && name.size() < meant.size() && meant.starts_with(name);
    return is_cut ? 1 : distance(name, meant);
}

} // namespace

std::string_view nearest_to(std::string_view name, std::span<const std::string_view> candidates) {
    if (name.size() > max_compared_bytes)
        return {};
    std::string_view best;
    std::size_t fewest = 0;
    for (const std::string_view each : candidates) {
        const std::size_t edits = slips(name, each);
        if (best.empty() || edits < fewest) {
            best = each;
            fewest = edits;
        }
    }
    return best;
}

bool is_slip(std::string_view name, std::string_view nearest) {
    return name.size() <= max_compared_bytes && 2 * distance(name, nearest) <= nearest.size();
}

std::string unknown_name(std::string_view what, std::string_view name, std::string_view nearest,
                         std::span<const std::string_view> candidates) {
    std::string text = quoted(name) + " is no " + std::string(what) + " of this call";
    if (!nearest.empty())
        text += "; did you mean `" + std::string(nearest) + "`?";
    else
        text += ".";
    text += candidates.empty() ? " It takes none." : " Known are: ";
    for (std::size_t i = 0; i < candidates.size(); ++i)
        text += (i == 0 ? "" : ", ") + std::string(candidates[i]);
    return candidates.empty() ? text : text + ".";
}

std::string alternatives(std::span<const std::string_view> names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text.append(i == 0 ? "" : i + 1 < names.size() ? ", " : " or ").append(names[i]);
    return text;
}

std::string quoted(std::string_view name) {
    const bool printable = is_storable_text(name) &&
                           std::none_of(name.begin(), name.end(), [](char c) { return c >= 0 && c < ' '; });
    if (!printable)
        return "A name that is not printable";
    return name.size() <= max_compared_bytes ? "`" + std::string(name) + "`" : "A name that long";
}

} // namespace tokenledger::base
