// The filters of each list (ledger/lists.hpp) by the names of the options, as far as export has them.
#include "commands/export_filters.hpp"

#include "command_line/unknown_word.hpp"

#include "ledger/lists.hpp"
#include "ledger/names.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenledger::ctl {

namespace {

using words = std::vector<std::string>;

// The option behind which the command line has a filter.
std::string option_of(std::string_view filter) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> others{
        {{"user_id", "--user"}, {"action_type", "--action"}, {"model_used", "--model"}}};
    for (const auto& [name, option] : others) {
        if (name == filter)
            return std::string(option);
    }
    return "--" + std::string(filter);
}

words filters_of(const std::string& list) {
    words found;
    ledger::for_each_list([&]<class Query>(const Query& what) {
        if (ledger::description<Query>::name != list)
            return;
        ledger::for_each_field<decltype(what.filter)>([&](const auto& filter) {
            if (ledger::takes_filter<Query>(filter.name))
                found.push_back(option_of(filter.name));
        });
    });
    return found;
}

} // namespace

std::string filter_fault(const export_options& what) {
    const list_options& filter = what.filter;
    const std::array given{std::pair{"--user", &filter.user},     std::pair{"--type", &filter.type},
                           std::pair{"--source", &filter.source}, std::pair{"--action", &filter.action},
                           std::pair{"--model", &filter.model},   std::pair{"--member", &filter.member},
                           std::pair{"--state", &filter.state},   std::pair{"--result", &filter.result}};
    words known = filters_of(what.list);
    std::erase_if(known, [&](const std::string& option) {
        return std::ranges::find(given, option, [](const auto& each) { return each.first; }) == given.end();
    });
    for (const auto& [name, value] : given) {
        if (!value->empty() && std::find(known.begin(), known.end(), name) == known.end())
            return "export " + what.list + " has no " + name + ". There are: " + listed(known) + ".";
    }
    const auto types = ledger::transaction_type_names();
    if (what.list == "transactions" && !filter.type.empty() &&
        std::find(types.begin(), types.end(), filter.type) == types.end())
        return "--type: " +
               unknown_word(filter.type, "none of its values", words(types.begin(), types.end()));
    return {};
}

} // namespace tokenledger::ctl
