// The terms of each operation. An operation without terms here does not compile.
#include "core/operations.hpp"

#include "base/hex.hpp"
#include "base/sha256.hpp"

#include <string>
#include <type_traits>

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
        .opens = what.expires_at_us || what.priority ? &what : nullptr,
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

operation_terms terms(const hold& what) {
    return {.movements = {{.user_id = what.user_id}},
            .holds = &what,
            .key = operation_terms::own_key{key_scope::hold, what.hold_id}};
}

operation_terms terms(const capture& what) {
    return {.movements = {{.user_id = what.user_id,
                           .tokens = -what.tokens,
                           .may_go_below_zero = what.allow_negative,
                           .takes_what_is_there = !what.allow_negative}},
            .type = transaction_type::deduction,
            .source = source::usage,
            .captures = &what,
            .key = operation_terms::own_key{key_scope::usage, what.hold_id}};
}

operation_terms terms(const release& what) {
    return {.movements = {{.user_id = what.user_id}},
            .releases = &what,
            .key = operation_terms::own_key{key_scope::release, what.hold_id}};
}

operation_terms terms(const extension& what) {
    return {.movements = {{.user_id = what.user_id}}, .extends = &what};
}

operation_terms terms(const expire& what) {
    return {.movements = {{.user_id = what.user_id}}, .expires = &what};
}

operation_terms terms(const event_action auto&) {
    return {};
}

} // namespace

operation_terms terms_of(const operation& what) {
    return std::visit([](const auto& each) { return terms(each); }, what);
}

std::optional<key_id> key_of(const operation& what) {
    // The user and the sequence have no bounded text in common: the key is their hash.
    if (const auto* over = std::get_if<expire>(&what)) {
        base::sha256_stream hash;
        hash.add(std::to_string(over->last_sequence)).add(" ").add(over->user_id);
        return key_id{key_scope::expiry, base::to_hex(hash.finish())};
    }
    const auto own = terms_of(what).key;
    return own ? std::optional(key_id{own->scope, std::string(own->key)}) : std::nullopt;
}

std::optional<key_id> excluded_key_of(const operation& what) {
    if (const auto* used = std::get_if<usage>(&what))
        return key_id{key_scope::hold, used->request_id};
    if (const auto* held = std::get_if<hold>(&what))
        return key_id{key_scope::usage, held->hold_id};
    return std::nullopt;
}

hold_id hold_of(const operation_terms& what) {
    if (what.holds != nullptr)
        return {what.holds->user_id, what.holds->hold_id};
    if (what.captures != nullptr)
        return {what.captures->user_id, what.captures->hold_id};
    if (what.releases != nullptr)
        return {what.releases->user_id, what.releases->hold_id};
    if (what.extends != nullptr)
        return {what.extends->user_id, what.extends->hold_id};
    return {};
}

hold_id hold_of(const operation& what) {
    return std::visit(
        [](const auto& each) -> hold_id {
            if constexpr (on_hold<std::remove_cvref_t<decltype(each)>>)
                return {each.user_id, each.hold_id};
            else
                return {};
        },
        what);
}

} // namespace tokenledger::ledger
