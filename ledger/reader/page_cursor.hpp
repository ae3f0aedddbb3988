// The end of a page, as text that the caller sends back.
#pragma once

#include "ledger/reader.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

// The place of a row in a list; every list is sorted by it, member by member, text as bytes.
struct page_key {
    std::int64_t at_us = 0;
    std::string user_id{};
    std::int64_t kind = 0;   // 0: a transaction, 1: an operation
    std::int64_t number = 0; // sequence
    std::string text{};      // request or event id

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads it
    auto operator<=>(const page_key&) const = default;
};

// The request without position and limit: a cursor is valid only for the list that issued it.
class list_identity {
  public:
    list_identity(std::string_view list, page_order order);
    list_identity& with(std::string_view value);
    list_identity& with(const period& value);
    [[nodiscard]] std::uint64_t value() const { return hash_; }

  private:
    std::uint64_t hash_;
};

[[nodiscard]] std::string encode_cursor(const list_identity& list, const page_key& last);

// Checks the request. nullopt: the first page. Throws bad_query.
[[nodiscard]] std::optional<page_key> decode_request(const list_identity& list, const page_request& request);

// Throws bad_query unless every text is empty or an identifier.
void check_texts(std::initializer_list<std::string_view> texts);

} // namespace tokenledger::ledger
