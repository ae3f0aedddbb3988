// The types and sources of transactions: the one table of them. A new source of grants is a name in `source`,
// in `grant_source` and, if it requires a reference, in `key_scope`, and a row; and a migration, for the
// database's constraints: tests/ledger/schema/vocabulary_test.cpp compares.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace tokenledger::ledger {

// `count`, the last of each, is no value: it is the number of them.
enum class transaction_type : std::uint8_t { grant, purchase, deduction, refund, transfer, count };
enum class source : std::uint8_t { admin, subscription, trial, token_pack, stripe, usage, expiry, count };
// The sources that a grant may name. Commands are stored with the number: a new one comes behind the others.
enum class grant_source : std::uint8_t { admin, subscription, trial, count };
// What a key stands for: requests by their Idempotency-Key, usages and their reversals by the usage's
// request_id, grants by the reference of their source, holds and their release by the hold_id, expiries by
// their account and its last sequence. Keys are sorted by it: a new one comes behind the others.
enum class key_scope : std::uint8_t {
    request,
    usage,
    subscription,
    trial,
    reversal,
    hold,
    release,
    expiry,
    count
};

// Of the token_amount of a row.
enum class token_sign : std::uint8_t { positive, negative, either };

struct transaction_type_row {
    transaction_type type;
    std::string_view name;
    token_sign sign;
};

class transaction_type_set {
  public:
    constexpr transaction_type_set(std::initializer_list<transaction_type> types) noexcept {
        for (const transaction_type type : types)
            bits_ |= bit_of(type);
    }
    [[nodiscard]] constexpr bool contains(transaction_type type) const noexcept {
        return (bits_ & bit_of(type)) != 0;
    }

  private:
    static constexpr unsigned bit_of(transaction_type type) noexcept {
        return 1U << static_cast<unsigned>(type);
    }
    unsigned bits_ = 0;
};

struct source_row {
    ledger::source source;
    std::string_view name;
    transaction_type_set types;                     // of the rows that it may have
    std::optional<ledger::grant_source> granted_as; // nullopt: no grant can name it
    // A grant from it requires a reference, which is granted once: the scope of its key. nullopt: it does
    // not.
    std::optional<key_scope> reference_scope;
};

// In the order of the metric's series and of its page.
inline constexpr auto transaction_types = [] {
    using enum transaction_type;
    return std::to_array<transaction_type_row>({
        {purchase, "purchase", token_sign::positive},
        // Of a payment: a settlement may give back what an earlier one took. Of a usage: positive.
        {refund, "refund", token_sign::either},
        {grant, "grant", token_sign::positive},
        {deduction, "deduction", token_sign::negative},
        {transfer, "transfer", token_sign::either}, // two rows
    });
}();

inline constexpr auto sources = [] {
    using enum transaction_type;
    constexpr auto none = std::nullopt;
    return std::to_array<source_row>({
        {source::admin, "admin", {grant, deduction, transfer}, grant_source::admin, none},
        {source::subscription, "subscription", {grant}, grant_source::subscription, key_scope::subscription},
        {source::trial, "trial", {grant}, grant_source::trial, key_scope::trial},
        {source::token_pack, "token_pack", {purchase}, none, none},
        {source::stripe, "stripe", {purchase, refund}, none, none},
        // Charges, and what their reversals give back.
        {source::usage, "usage", {deduction, refund}, none, none},
        {source::expiry, "expiry", {deduction}, none, none}, // what a lot had left at its end
    });
}();

// The row whose member has the value; nullptr: none.
template <class Row, std::size_t size, class Member, class Value>
[[nodiscard]] constexpr const Row* find_row(const std::array<Row, size>& rows, Member Row::*member,
                                            Value value) noexcept {
    for (const Row& row : rows) {
        if (row.*member == value)
            return &row;
    }
    return nullptr;
}

// True if each value from `first` to the one before `end` is the member of exactly one row.
template <class Row, std::size_t size, class Member, class Value>
[[nodiscard]] constexpr bool has_row_of_each(const std::array<Row, size>& rows, Member Row::*member,
                                             Value first, Value end = Value::count) noexcept {
    for (auto value = static_cast<unsigned>(first); value < static_cast<unsigned>(end); ++value) {
        unsigned found = 0;
        for (const Row& row : rows)
            found += row.*member == static_cast<Value>(value) ? 1 : 0;
        if (found != 1)
            return false;
    }
    return true;
}

static_assert(has_row_of_each(transaction_types, &transaction_type_row::type, transaction_type{}) &&
                  transaction_types.size() == static_cast<std::size_t>(transaction_type::count),
              "every transaction type has its row");
static_assert(has_row_of_each(sources, &source_row::source, source{}) &&
                  sources.size() == static_cast<std::size_t>(source::count),
              "every source has its row");
static_assert(has_row_of_each(sources, &source_row::granted_as, grant_source{}),
              "every source of grants is in the row of its source");
static_assert(has_row_of_each(sources, &source_row::reference_scope, key_scope::subscription,
                              key_scope::reversal) &&
                  static_cast<std::size_t>(key_scope::subscription) == 2 &&
                  static_cast<std::size_t>(key_scope::reversal) + 4 ==
                      static_cast<std::size_t>(key_scope::count),
              "every scope of references, and no other, is in the row of its source");
static_assert(
    [] {
        for (const source_row& row : sources) {
            if (row.granted_as.has_value() != row.types.contains(transaction_type::grant) ||
                (row.reference_scope && !row.granted_as))
                return false;
        }
        return true;
    }(),
    "a source that has grants can be named by them, and only references of grants have a scope");

// source::count if there is no such source of grants.
[[nodiscard]] constexpr source source_of(grant_source value) noexcept {
    const source_row* const row = find_row(sources, &source_row::granted_as, value);
    return row != nullptr ? row->source : source::count;
}
// The scope of its references; nullopt: grants from it require no reference.
[[nodiscard]] constexpr std::optional<key_scope> reference_scope_of(grant_source value) noexcept {
    const source_row* const row = find_row(sources, &source_row::granted_as, value);
    return row != nullptr ? row->reference_scope : std::nullopt;
}
[[nodiscard]] constexpr bool is_of_references(key_scope value) noexcept {
    return find_row(sources, &source_row::reference_scope, value) != nullptr;
}

// As in the public contract and in the database.
[[nodiscard]] std::string_view to_string(transaction_type value) noexcept;
[[nodiscard]] std::string_view to_string(source value) noexcept;
[[nodiscard]] std::string_view to_string(grant_source value) noexcept; // the source's
[[nodiscard]] std::string_view to_string(key_scope value) noexcept;    // of references: the source's

// A pair that a row may have: the constraint token_transactions_type_source.
struct transaction_kind {
    transaction_type type;
    ledger::source source;
};
// All of them, type by type.
[[nodiscard]] std::span<const transaction_kind> transaction_kinds();

} // namespace tokenledger::ledger
