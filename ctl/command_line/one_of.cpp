// Checks values against lists.
#include "command_line/one_of.hpp"

#include "screen/text.hpp"

#include "base/nearest.hpp"

#include <algorithm>

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

CLI::Validator one_of(std::vector<std::string> values) {
    std::string description;
    for (const std::string& each : values)
        description += (description.empty() ? "{" : ",") + each;
    return {[values = std::move(values)](const std::string& word) {
                return std::find(values.begin(), values.end(), word) != values.end()
                           ? std::string()
                           : unknown_word(word, "none of its values", values);
            },
            description + "}", ""};
}

CLI::Validator one_of(std::span<const std::string_view> values) {
    return one_of(std::vector<std::string>(values.begin(), values.end()));
}

} // namespace tokenledger::ctl
