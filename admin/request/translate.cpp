// Reads what body_check has found in order.
#include "admin/translate.hpp"

#include "admin/fields.hpp"
#include "base/nearest.hpp"
#include "request/body_check.hpp"

#include "ledger/names.hpp"
#include "json/tree.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::admin {

namespace {

std::string text(const json_value& object, std::string_view name) {
    return std::string(object.member(name).string().value_or(""));
}

std::int64_t number(const json_value& object, std::string_view name) {
    return object.member(name).integer().value_or(0);
}

// Without one: admin. The body was checked.
ledger::grant_source source_of(const json_value& object) {
    return ledger::value_of<ledger::grant_source>(text(object, "source"))
        .value_or(ledger::grant_source::admin);
}

ledger::operation read_grant(const json_value& object) {
    const json_value metadata = object.member("metadata");
    return ledger::grant{.user_id = text(object, "user_id"),
                         .tokens = number(object, "tokens"),
                         .source = source_of(object),
                         .reason = text(object, "reason"),
                         .reference = text(object, "reference"),
                         .metadata = metadata ? metadata.compact() : std::string(),
                         .existing = object.member("existing").boolean().value_or(false)};
}

ledger::operation read_deduction(const json_value& object) {
    return ledger::deduction{.user_id = text(object, "user_id"),
                             .tokens = number(object, "tokens"),
                             .reason = text(object, "reason"),
                             .allow_negative = object.member("allow_negative").boolean().value_or(false)};
}

ledger::operation read_transfer(const json_value& object) {
    return ledger::transfer{.from = text(object, "from"),
                            .to = text(object, "to"),
                            .tokens = number(object, "tokens"),
                            .reason = text(object, "reason")};
}

ledger::operation read_usage(const json_value& object) {
    return ledger::usage{.request_id = text(object, "request_id"),
                         .user_id = text(object, "user_id"),
                         .action_type = text(object, "action_type"),
                         .model_used = text(object, "model_used"),
                         .tokens_used = number(object, "tokens_used"),
                         .input_tokens = object.member("input_tokens").integer(),
                         .output_tokens = object.member("output_tokens").integer(),
                         .cost_estimate = std::string(cost_text(object.member("cost_estimate"))),
                         .charge = number(object, "charge")};
}

// No default: a new call must say what it reads. nullopt: it carries no operation of its own.
std::optional<ledger::operation> read_operation(call what, const json_value& object) {
    switch (what) {
    case call::grant:
        return read_grant(object);
    case call::deduct:
        return read_deduction(object);
    case call::transfer:
        return read_transfer(object);
    case call::use:
        return read_usage(object);
    case call::batch:
    case call::account:
    case call::transactions:
    case call::purchases:
    case call::usage:
    case call::activity:
    case call::payment:
    case call::prove:
    case call::events:
    case call::event:
    case call::retry: // see action.cpp
    case call::dismiss:
    case call::assign:
    case call::usage_report:
    case call::transaction_report:
    case call::verify:
    case call::queue:
        return std::nullopt;
    }
    return std::nullopt;
}

std::int64_t tokens_of(const ledger::operation& what) {
    struct {
        std::int64_t operator()(const ledger::usage& one) const { return one.charge; }
        std::int64_t operator()(const ledger::grant& one) const { return one.tokens; }
        std::int64_t operator()(const ledger::deduction& one) const { return one.tokens; }
        std::int64_t operator()(const ledger::transfer& one) const { return one.tokens; }
        std::int64_t operator()(const ledger::assign_event& one) const { return one.tokens; }
        std::int64_t operator()(const ledger::retry_event&) const { return 0; }
        std::int64_t operator()(const ledger::dismiss_event&) const { return 0; }
    } const moved;
    return std::visit(moved, what);
}

class translator {
  public:
    translator(const allowance& allowed, ledger::admin_command& into) : allowed_(allowed), into_(into) {}

    std::optional<problem> add(call what, const json_value& object, std::optional<std::size_t> item) {
        if (auto wrong = check_body(object, fields_of(what), item))
            return wrong;
        std::optional<ledger::operation> read = read_operation(what, object);
        if (!read)
            throw std::logic_error("a call without an operation was taken for one");
        const auto* granted = std::get_if<ledger::grant>(&*read);
        if (granted != nullptr && ledger::reference_scope_of(granted->source) && granted->reference.empty())
            return problem{.type = problem_type::missing_field,
                           .detail =
                               "`reference` is required with this source: the invoice or subscription that "
                               "is granted for, so that it is granted once.",
                           .item = item,
                           .field = "reference"};
        if (auto wrong = count(tokens_of(*read), item))
            return wrong;
        into_.operations.push_back(std::move(*read));
        return std::nullopt;
    }

    std::optional<problem> add_items(const json_value& object) {
        if (auto wrong = check_body(object, fields_of(call::batch), std::nullopt))
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
    std::optional<problem> add_item(const json_value& object, std::size_t item) {
        const json_value operation = object.member(operation_field);
        const auto name = operation.string();
        std::vector<std::string_view> known;
        for (const batch_operation& each : batch_operations()) {
            if (name && each.name == *name)
                return permitted(each) ? add(each.call, object, item) : not_permitted(each, item);
            known.push_back(each.name);
        }
        problem wrong{.type = operation ? problem_type::invalid_field : problem_type::missing_field,
                      .detail =
                          "Each item is an object that says in `operation` what it is: grant, deduction, "
                          "transfer or usage.",
                      .item = item,
                      .field = std::string(operation_field)};
        if (name)
            wrong.nearest = base::nearest_to(*name, known);
        return wrong;
    }

    // What the call needs where it is sent alone.
    [[nodiscard]] static permit needed(const batch_operation& what) {
        const auto alone = routes();
        return std::find_if(alone.begin(), alone.end(),
                            [&](const route& each) { return each.call == what.call; })
            ->needs;
    }
    [[nodiscard]] bool permitted(const batch_operation& what) const {
        return allowed_.permits.contains(needed(what));
    }
    [[nodiscard]] static problem not_permitted(const batch_operation& what, std::size_t item) {
        problem lacking = lacks_permit(needed(what));
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

std::variant<ledger::admin_command, problem> translate(call what, std::string_view key, std::string_view body,
                                                       std::int64_t actor, const allowance& allowed) {
    ledger::admin_command made{.idempotency_key = std::string(key), .actor = actor, .operations = {}};
    const auto read = [&](const json_value& root) {
        translator into(allowed, made);
        return what == call::batch ? into.add_items(root) : into.add(what, root, std::nullopt);
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
