// Reads bodies that body_check has accepted.
#include "admin/translate.hpp"

#include "admin/fields.hpp"
#include "request/body_check.hpp"

#include "base/nearest.hpp"
#include "base/time.hpp"
#include "ledger/names.hpp"
#include "json/tree.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace tokenledger::admin {

namespace {

// Reads a value that check_body has accepted.
void read(const json_value& value, field_kind kind, std::string& into) {
    if (kind == field_kind::object)
        into = value.compact();
    else
        into = kind == field_kind::cost ? cost_text(value) : value.string().value_or("");
}
template <class Enum>
requires std::is_enum_v<Enum>
void read(const json_value& value, field_kind, Enum& into) {
    if (const auto named = ledger::value_of<Enum>(value.string().value_or("")))
        into = *named;
}
void read(const json_value& value, field_kind, std::int64_t& into) {
    into = value.integer().value_or(0);
}
void read(const json_value& value, field_kind kind, std::optional<std::int64_t>& into) {
    into = kind == field_kind::time ? base::parse_time(value.string().value_or("")) : value.integer();
}
void read(const json_value& value, field_kind, bool& into) {
    into = value.boolean().value_or(false);
}

// An operation, and the tokens that it moves.
struct request {
    ledger::operation what;
    std::int64_t tokens = 0;
};

// `in_path`: of the call; nullptr: an item of a batch, which has it as a member.
template <ledger::has_fields Operation>
request read_fields(const json_value& object, const std::string* in_path) {
    Operation made;
    std::int64_t tokens = 0;
    ledger::for_each_field<Operation>([&](const auto& field) {
        auto& value = made.*field.member;
        if (const json_value given = object.member(field.name))
            read(given, field.kind, value);
        if constexpr (std::is_same_v<decltype(value), std::string&>) {
            if (field.presence == ledger::presence::in_path && in_path != nullptr)
                value = *in_path;
        }
        if constexpr (std::is_same_v<decltype(value), std::int64_t&>) {
            // A capture is of tokens that were held, or were used up all the same: it is never too large.
            if (!std::is_same_v<Operation, ledger::capture> &&
                (field.kind == field_kind::tokens || field.kind == field_kind::charge))
                tokens += value;
        }
        // What it holds in all from now on. A reversal's tokens are not counted: they were charged before.
        if constexpr (std::is_same_v<Operation, ledger::extension> &&
                      std::is_same_v<decltype(value), std::optional<std::int64_t>&>)
            tokens += value.value_or(0);
    });
    return {std::move(made), tokens};
}

// The alternative of ledger::operation with this name.
template <std::size_t Alternative = 0>
request read_operation(std::string_view name, const json_value& object, const std::string* in_path) {
    if constexpr (Alternative < std::variant_size_v<ledger::operation>) {
        using operation = std::variant_alternative_t<Alternative, ledger::operation>;
        if constexpr (ledger::has_fields<operation>) {
            if (ledger::description<operation>::name == name)
                return read_fields<operation>(object, in_path);
        }
        return read_operation<Alternative + 1>(name, object, in_path);
    } else {
        throw std::logic_error("the route of " + std::string(name) + " names no operation");
    }
}

class translator {
  public:
    translator(const allowance& allowed, ledger::admin_command& into) : allowed_(allowed), into_(into) {}

    std::optional<problem> add_lone(const resolved_call& what, const json_value& object) {
        if (auto wrong = check_body(object, fields_of(*what.route), std::nullopt))
            return wrong;
        return add(read_operation(what.route->name, object, &what.parameter), std::nullopt);
    }

    std::optional<problem> add_items(const route& batch, const json_value& object) {
        if (auto wrong = check_body(object, fields_of(batch), std::nullopt))
            return wrong;
        std::size_t item = 0;
        for (json_value each = object.member("items").first(); each; each = each.next(), ++item) {
            if (item == max_items)
                return problem{.type = problem_type::too_many_items,
                               .detail = "A batch has at most " + std::to_string(max_items) +
                                         " items. Send the rest under another key.",
                               .field = "items"};
            if (auto wrong = add_item(each, item))
                return wrong;
        }
        return std::nullopt;
    }

  private:
    std::optional<problem> add(request read, std::optional<std::size_t> item) {
        const auto* granted = std::get_if<ledger::grant>(&read.what);
        if (granted != nullptr && ledger::reference_scope_of(granted->source) && granted->reference.empty())
            return problem{.type = problem_type::missing_field,
                           .detail =
                               "`reference` is required with this source: the invoice or subscription that "
                               "is granted for, so that it is granted once.",
                           .item = item,
                           .field = "reference"};
        if (auto wrong = count(read.tokens, item))
            return wrong;
        into_.operations.push_back(std::move(read.what));
        return std::nullopt;
    }

    std::optional<problem> add_item(const json_value& object, std::size_t item) {
        const json_value operation = object.member(operation_field);
        const auto name = operation.string();
        const route* what = name ? route_of(*name) : nullptr;
        if (what != nullptr) {
            if (!allowed_.permits.contains(what->needs))
                return not_permitted(*what, item);
            if (auto wrong = check_body(object, fields_of_item(*what), item))
                return wrong;
            return add(read_operation(what->name, object, nullptr), item);
        }
        const auto known = batch_operations();
        problem wrong{.type = operation ? problem_type::invalid_field : problem_type::missing_field,
                      .detail = "Each item is an object that says in `operation` what it is: " +
                                base::alternatives(known) + ".",
                      .item = item,
                      .field = std::string(operation_field)};
        if (name)
            wrong.nearest = base::nearest_to(*name, known);
        return wrong;
    }

    // An item needs the permit that its call needs when it is sent alone.
    [[nodiscard]] static problem not_permitted(const route& what, std::size_t item) {
        problem lacking = lacks_permit(what.needs);
        lacking.item = item;
        return lacking;
    }

    std::optional<problem> count(std::int64_t tokens, std::optional<std::size_t> item) {
        if (tokens <= allowed_.max_tokens_per_request - moved_) {
            moved_ += tokens;
            return std::nullopt;
        }
        problem over = over_token_limit(allowed_.max_tokens_per_request);
        over.item = item;
        return over;
    }

    const allowance& allowed_;
    ledger::admin_command& into_;
    std::int64_t moved_ = 0;
};

} // namespace

std::variant<ledger::admin_command, problem> translate(const resolved_call& what, std::string_view key,
                                                       std::string_view body, std::int64_t actor,
                                                       const allowance& allowed) {
    ledger::admin_command made{.idempotency_key = std::string(key), .actor = actor, .operations = {}};
    const auto read = [&](const json_value& root) {
        translator into(allowed, made);
        return what.route->call == call::batch ? into.add_items(*what.route, root)
                                               : into.add_lone(what, root);
    };
    const json_tree tree(body, unrepresentable_json::refuse);
    if (tree.error() == json_error::unrepresentable)
        return unrepresentable_body(read(json_tree(body, unrepresentable_json::repair).root()));
    if (tree.root().kind() != json_kind::object)
        return malformed_body(tree.error());
    if (auto wrong = read(tree.root()))
        return std::move(*wrong);
    return made;
}

} // namespace tokenledger::admin
