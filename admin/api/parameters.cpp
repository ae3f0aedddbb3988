// The parameters of the reads: those of a list are its filters, a period and a page.
#include "admin/route.hpp"

#include "ledger/lists.hpp"

#include <array>

namespace tokenledger::admin {

namespace {

constexpr std::array<std::string_view, 5> of_every_list{"from", "to", "cursor", "limit", "order"};
constexpr std::array<std::string_view, 1> of_account{"at"};
constexpr std::array<std::string_view, 10> of_usage_report{
    "user_id", "action_type", "model_used", "member", "from", "to", "span", "time_zone", "group_by", "time"};
constexpr std::array<std::string_view, 7> of_transaction_report{"user_id", "type", "source",   "from",
                                                                "to",      "span", "time_zone"};

struct list_parameters {
    std::string_view list;
    std::vector<std::string_view> names;
};

std::vector<list_parameters> read_lists() {
    std::vector<list_parameters> found;
    ledger::for_each_list([&]<class Query>(const Query& what) {
        list_parameters& made = found.emplace_back();
        made.list = ledger::description<Query>::name;
        ledger::for_each_field<decltype(what.filter)>([&](const auto& filter) {
            if (ledger::takes_filter<Query>(filter.name))
                made.names.push_back(filter.name);
        });
        made.names.insert(made.names.end(), of_every_list.begin(), of_every_list.end());
    });
    return found;
}

std::span<const std::string_view> of_list(std::string_view name) {
    static const std::vector<list_parameters> all = read_lists();
    for (const list_parameters& each : all) {
        if (each.list == name)
            return each.names;
    }
    return {};
}

} // namespace

std::span<const std::string_view> parameters_of(const route& what) noexcept {
    switch (what.call) {
    case call::list:
        return of_list(what.name);
    case call::account:
        return of_account;
    case call::usage_report:
        return of_usage_report;
    case call::transaction_report:
        return of_transaction_report;
    case call::operation: // neither writes nor these reads take any
    case call::batch:
    case call::payment:
    case call::prove:
    case call::event:
    case call::retry:
    case call::dismiss:
    case call::assign:
    case call::verify:
    case call::queue:
        return {};
    }
    return {};
}

} // namespace tokenledger::admin
