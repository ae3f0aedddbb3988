// Turns rules into statements.
#include "verify/checks.hpp"

#include "ledger/sources.hpp"

#include <array>
#include <utility>

namespace tokenledger::ledger {

namespace {

// "(a)" glue "(b)" ..., one part per rule.
template <class Part>
std::string joined(std::span<const verify_rule> rules, std::string_view glue, Part part) {
    std::string text;
    for (const verify_rule& rule : rules) {
        if (!text.empty())
            text += glue;
        text += part(rule);
    }
    return text;
}

std::string text_array(std::span<const verify_rule> rules, std::string_view verify_rule::*column) {
    return "unnest(ARRAY[" +
           joined(rules, ", ",
                  [&](const verify_rule& r) { return "(" + std::string(r.*column) + ")::text"; }) +
           "])";
}

// The names of the rows that are chosen, as SQL lists them: 'a', 'b'.
template <class Rows, class Choose>
std::string names_where(const Rows& rows, Choose choose) {
    std::string list;
    for (const auto& row : rows) {
        if (choose(row))
            list += (list.empty() ? "'" : ", '") + std::string(row.name) + "'";
    }
    return list;
}

std::string types_of_sign(token_sign sign) {
    return names_where(transaction_types, [&](const transaction_type_row& row) { return row.sign == sign; });
}

std::string types_not_from_source() {
    std::string cases;
    for (const transaction_type_row& row : transaction_types) {
        cases += (cases.empty() ? "WHEN '" : " WHEN '") + std::string(row.name) + "' THEN source NOT IN (" +
                 names_where(sources, [&](const source_row& from) { return from.types.contains(row.type); }) +
                 ")";
    }
    return cases;
}

// Replaces each name in braces by its list.
std::string with_lists(std::string sql) {
    static const std::pair<std::string_view, std::string> lists[] = {
        {"{types_not_from_source}", types_not_from_source()},
        {"{types_that_add}", types_of_sign(token_sign::positive)},
        {"{types_that_take}", types_of_sign(token_sign::negative)},
        {"{sources_with_reference}",
         names_where(sources, [](const source_row& row) { return row.reference_scope.has_value(); })},
    };
    for (const auto& [name, list] : lists) {
        for (auto at = sql.find(name); at != std::string::npos; at = sql.find(name, at + list.size()))
            sql.replace(at, name.size(), list);
    }
    return sql;
}

} // namespace

std::span<const verify_check> verify_checks() noexcept {
    static const std::array checks = {
        chain_check(),     row_check(),     account_check(),        transfer_check(),
        purchase_check(),  refund_check(),  purchase_event_check(), refund_event_check(),
        waiting_check(),   detail_check(),  usage_check(),          reversal_check(),
        uncovered_check(), archive_check(), posted_check(),         named_check(),
        hash_check(),      action_check(),  mode_check(),           lot_check(),
        movement_check(),  expiry_check(),  hold_check(),           reserved_check(),
        due_check(),
    };
    return checks;
}

// A good row, as nearly all are, costs one condition; only a bad row is tested rule by rule.
std::string discrepancies_of(const verify_check& check) {
    const std::string any = joined(
        check.rules, " OR ", [](const verify_rule& rule) { return "(" + std::string(rule.broken) + ")"; });
    const std::string slugs = joined(check.rules, ", ", [](const verify_rule& rule) {
        return "CASE WHEN " + std::string(rule.broken) + " THEN '" + std::string(rule.slug) + "' END";
    });
    return with_lists(
        "SELECT slug, user_id, sequence, payment, event, expected, found FROM (SELECT user_id, sequence,"
        " payment, event, unnest(ARRAY[" +
        slugs + "]) AS slug, " + text_array(check.rules, &verify_rule::expected) + " AS expected, " +
        text_array(check.rules, &verify_rule::found) + " AS found FROM (" + std::string(check.source) +
        ") AS source WHERE " + any + ") AS broken WHERE slug IS NOT NULL");
}

} // namespace tokenledger::ledger
