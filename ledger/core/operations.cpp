// The terms of each operation. An operation without terms here does not compile.
#include "core/operations.hpp"

#include <algorithm>

namespace tokenledger::ledger {

namespace {

std::optional<operation_terms::own_key> key_of_reference(const grant& what) {
    const auto scope = reference_scope_of(what.source);
    return scope ? std::optional(operation_terms::own_key{*scope, what.reference}) : std::nullopt;
}

operation_terms terms(const grant& what) {
    return {
        .movements = {{.user_id = what.user_id, .tokens = what.tokens, .creates_account = !what.existing}},
        .type = transaction_type::grant,
        .source = source_of(what.source),
        .reason = what.reason,
        .reference = what.reference,
        .metadata = what.metadata,
        .key = key_of_reference(what)};
}

operation_terms terms(const deduction& what) {
    return {.movements = {{.user_id = what.user_id,
                           .tokens = -what.tokens,
                           .may_go_below_zero = what.allow_negative}},
            .type = transaction_type::deduction,
            .source = source::admin,
            .reason = what.reason};
}

operation_terms terms(const transfer& what) {
    return {.movements = {{.user_id = what.from, .tokens = -what.tokens},
                          {.user_id = what.to, .tokens = what.tokens}},
            .type = transaction_type::transfer,
            .source = source::admin,
            .reason = what.reason};
}

operation_terms terms(const usage& what) {
    operation_terms made{.type = transaction_type::deduction,
                         .source = source::usage,
                         .used = &what,
                         .key = operation_terms::own_key{key_scope::usage, what.request_id}};
    if (what.charge > 0)
        made.movements.push_back({.user_id = what.user_id,
                                  .tokens = -what.charge,
                                  .may_go_below_zero = what.overrun == overrun::allow_negative,
                                  .takes_what_is_there = what.overrun == overrun::to_zero});
    return made;
}

operation_terms terms(const reversal& what) {
    return {.movements = {{.user_id = what.user_id, .tokens = what.tokens.value_or(0)}},
            .type = transaction_type::refund,
            .source = source::usage,
            .reason = what.reason,
            .reverses = &what,
            .key = operation_terms::own_key{key_scope::reversal, what.request_id}};
}

operation_terms terms(const member_limit& what) {
    return {.movements = {{.user_id = what.user_id}}, .limits = &what};
}

operation_terms terms(const event_action auto&) {
    return {};
}

} // namespace

std::int64_t tokens_of(const movement& what, std::int64_t balance) noexcept {
    return what.takes_what_is_there ? std::max(what.tokens, -std::max<std::int64_t>(balance, 0))
                                    : what.tokens;
}

operation_terms terms_of(const operation& what) {
    return std::visit([](const auto& each) { return terms(each); }, what);
}

std::optional<key_id> key_of(const operation& what) {
    const auto own = terms_of(what).key;
    return own ? std::optional(key_id{own->scope, std::string(own->key)}) : std::nullopt;
}

} // namespace tokenledger::ledger
