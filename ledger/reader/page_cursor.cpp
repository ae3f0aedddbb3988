// A cursor is hexadecimal: version, list, times and numbers with a space after each, then the two texts,
// the first with its length. It holds no secret and is not trusted: it only says where to continue.
#include "reader/page_cursor.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "postgres/names.hpp"

#include <algorithm>
#include <charconv>

namespace tokenledger::ledger {

namespace {

constexpr int version = 1;
constexpr std::size_t max_cursor_bytes = 2048;

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/. It only has to catch mistakes.
constexpr std::uint64_t fnv_offset = 0xcbf29ce484222325U;
constexpr std::uint64_t fnv_prime = 0x100000001b3U;

[[noreturn]] void refuse() {
    throw bad_query(query_fault::bad_cursor,
                    "the cursor is not one of this list with this filter and order: begin without one");
}

class field_reader {
  public:
    explicit field_reader(std::string_view text) : text_(text) {}

    template <class Number>
    Number number() {
        Number value = 0;
        const char* const end = text_.data() + text_.size();
        const auto [stop, error] = std::from_chars(text_.data(), end, value);
        if (error != std::errc() || stop == end || *stop != ' ')
            refuse();
        text_.remove_prefix(static_cast<std::size_t>(stop - text_.data()) + 1);
        return value;
    }
    std::string text(std::size_t bytes) {
        if (bytes > text_.size())
            refuse();
        const std::string_view taken = text_.substr(0, bytes);
        text_.remove_prefix(bytes);
        if (!taken.empty() && !base::is_identifier(taken))
            refuse();
        return std::string(taken);
    }
    std::string rest() { return text(text_.size()); }

  private:
    std::string_view text_;
};

std::string decoded(std::string_view cursor) {
    const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (cursor.size() > max_cursor_bytes || cursor.size() % 2 != 0 ||
        !std::all_of(cursor.begin(), cursor.end(), digit))
        refuse();
    return base::from_hex(cursor);
}

} // namespace

list_identity::list_identity(std::string_view list, page_order order) : hash_(fnv_offset) {
    with(list).with(order == page_order::newest_first ? "newest" : "oldest");
}

list_identity& list_identity::with(std::string_view value) {
    const auto take = [&](unsigned char byte) { hash_ = (hash_ ^ byte) * fnv_prime; };
    for (const char each : value)
        take(static_cast<unsigned char>(each));
    take(0); // in no identifier
    return *this;
}

list_identity& list_identity::with(const period& value) {
    with(value.from_us ? std::to_string(*value.from_us) : "");
    return with(value.to_us ? std::to_string(*value.to_us) : "");
}

std::string encode_cursor(const list_identity& list, const page_key& last) {
    std::string plain;
    for (const auto& number :
         {std::to_string(version), std::to_string(list.value()), std::to_string(last.at_us),
          std::to_string(last.kind), std::to_string(last.number), std::to_string(last.user_id.size())})
        plain += number + ' ';
    return base::to_hex(plain + last.user_id + last.text);
}

std::optional<page_key> decode_request(const list_identity& list, const page_request& request) {
    if (request.limit < 1 || request.limit > max_page_limit)
        throw bad_query(query_fault::bad_limit, "limit is 1 to " + std::to_string(max_page_limit));
    if (request.cursor.empty())
        return std::nullopt;
    const std::string plain = decoded(request.cursor);
    field_reader fields(plain);
    if (fields.number<int>() != version || fields.number<std::uint64_t>() != list.value())
        refuse();
    page_key key;
    key.at_us = fields.number<std::int64_t>();
    key.kind = fields.number<std::int64_t>();
    key.number = fields.number<std::int64_t>();
    key.user_id = fields.text(fields.number<std::size_t>());
    key.text = fields.rest();
    return key;
}

void check_texts(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) {
        if (!text.empty() && !base::is_identifier(text))
            throw bad_query(query_fault::bad_text, "an identifier is 1 to " +
                                                       std::to_string(base::max_identifier_bytes) +
                                                       " bytes of UTF-8 without NUL");
    }
}

} // namespace tokenledger::ledger
