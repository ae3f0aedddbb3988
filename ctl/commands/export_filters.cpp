// The filters of each list: what the daemon takes for it (docs/openapi.json), by the names of the options.
#include "commands/export_filters.hpp"

#include "command_line/one_of.hpp"

#include "ledger/names.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace tokenledger::ctl {

namespace {

using words = std::vector<std::string>;

words filters_of(const std::string& list) {
    if (list == "transactions")
        return {"--user", "--type", "--source"};
    if (list == "purchases")
        return {"--user", "--source"};
    if (list == "usage")
        return {"--user", "--action", "--model"};
    if (list == "events")
        return {"--type", "--result"};
    return {"--user"}; // activity
}

} // namespace

std::string filter_fault(const export_options& what) {
    const list_options& filter = what.filter;
    const std::array given{std::pair{"--user", &filter.user},     std::pair{"--type", &filter.type},
                           std::pair{"--source", &filter.source}, std::pair{"--action", &filter.action},
                           std::pair{"--model", &filter.model},   std::pair{"--result", &filter.result}};
    const words known = filters_of(what.list);
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
