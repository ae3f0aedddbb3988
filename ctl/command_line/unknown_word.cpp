// Words that nothing is called, and the nearest one that something is.
#include "command_line/unknown_word.hpp"

#include "screen/text.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <vector>

namespace tokenledger::ctl {

namespace {

constexpr std::size_t shown_at_most = 40; // of lists that come from data

} // namespace

std::string listed(std::span<const std::string> values) {
    std::string out;
    for (const std::string& each : values.first(std::min(values.size(), shown_at_most)))
        out += (out.empty() ? "" : ", ") + visible(each);
    if (values.size() > shown_at_most)
        out += " and " + std::to_string(values.size() - shown_at_most) + " more";
    return out;
}

std::string unknown_word(std::string_view word, std::string_view what, std::span<const std::string> known) {
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const std::string_view nearest = base::nearest_to(word, candidates);
    const bool meant = !nearest.empty() && base::is_slip(word, nearest);
    std::string text = "`" + visible(word) + "` is " + std::string(what);
    text += meant ? "; did you mean `" + visible(nearest) + "`?" : ".";
    return text + (known.empty() ? " There is none." : " There are: " + listed(known) + ".");
}

} // namespace tokenledger::ctl
