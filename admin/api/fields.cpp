// The fields of the operations, read from their descriptions, and those of the other calls.
#include "admin/fields.hpp"

#include "ledger/command.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <variant>
#include <vector>

namespace tokenledger::admin {

namespace {

template <class Operation>
constexpr auto fields_of_operation() {
    return std::apply(
        [](const auto&... each) {
            return std::array{field{each.name, each.kind,
                                    each.presence == ledger::presence::required ||
                                        each.presence == ledger::presence::in_path}...};
        },
        ledger::description<Operation>::fields);
}
// How many of them are in the path of the operation's call: none, or the first.
template <class Operation>
constexpr std::size_t fields_in_path() {
    return std::apply([](const auto& first,
                         const auto&...) { return first.presence == ledger::presence::in_path ? 1U : 0U; },
                      ledger::description<Operation>::fields);
}
template <class Operation>
constexpr auto operation_fields = fields_of_operation<Operation>();

struct described {
    std::string_view name{};
    std::span<const field> fields{};
    std::size_t in_path = 0; // so many of them, from the first one
};

template <class... Operations>
std::vector<described> descriptions_in(const std::variant<Operations...>*) {
    std::vector<described> found;
    const auto add = [&]<class Operation>(const Operation*) {
        if constexpr (ledger::has_fields<Operation>)
            found.push_back({ledger::description<Operation>::name, operation_fields<Operation>,
                             fields_in_path<Operation>()});
    };
    (add(static_cast<const Operations*>(nullptr)), ...);
    return found;
}

// Of every operation that clients send as it is.
const std::vector<described>& descriptions() {
    static const std::vector<described> all = descriptions_in(static_cast<const ledger::operation*>(nullptr));
    return all;
}

const described& description_of(std::string_view operation) {
    static constexpr described none{};
    const auto found = std::ranges::find(descriptions(), operation, &described::name);
    return found != descriptions().end() ? *found : none;
}

constexpr std::array dismissal_fields{field{"reason", field_kind::words, true}};
constexpr std::array assignment_fields{
    field{"user_id", field_kind::identifier, true},
    field{"tokens", field_kind::tokens}, // this or a pack
    field{"pack", field_kind::identifier},
    field{"quantity", field_kind::tokens}, // at most max_quantity
    field{"reason", field_kind::text},
};
constexpr std::array batch_fields{field{"items", field_kind::items, true}};

} // namespace

std::span<const field> fields_of(const route& what) noexcept {
    switch (what.call) {
    case call::operation: {
        const described& operation = description_of(what.name);
        return operation.fields.subspan(operation.in_path);
    }
    case call::batch:
        return batch_fields;
    case call::dismiss:
        return dismissal_fields;
    case call::assign:
        return assignment_fields;
    case call::list: // reads, and a retry: no body
    case call::account:
    case call::payment:
    case call::prove:
    case call::event:
    case call::retry:
    case call::usage_report:
    case call::transaction_report:
    case call::verify:
    case call::queue:
        return {};
    }
    return {};
}

std::span<const field> fields_of_item(const route& what) noexcept {
    return description_of(what.name).fields;
}

std::span<const std::string_view> batch_operations() noexcept {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> found;
        for (const described& each : descriptions())
            found.push_back(each.name);
        return found;
    }();
    return names;
}

} // namespace tokenledger::admin
