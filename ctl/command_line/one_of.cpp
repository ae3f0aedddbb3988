// Checks values against lists.
#include "command_line/one_of.hpp"
#include "command_line/unknown_word.hpp"

#include <algorithm>

namespace tokenledger::ctl {

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
