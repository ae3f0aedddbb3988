// Texts are counted as escaped JSON; names, numbers and times are assumed to have their greatest length.
#include "reader/page_bytes.hpp"

#include <initializer_list>
#include <string_view>

namespace tokenledger::ledger {

namespace {

// The names of all members of a row and of the activity around it, with quotes, colons and commas.
constexpr std::size_t all_names = 512;
constexpr std::size_t longest_number = 24; // an int64, a time, a boolean
constexpr std::size_t numbers_of_a_row = 12;
constexpr std::size_t beside_texts = all_names + numbers_of_a_row * longest_number;

std::size_t texts(std::initializer_list<std::string_view> all) noexcept {
    std::size_t bytes = beside_texts;
    for (const std::string_view text : all) {
        bytes += text.size();
        for (const char c : text) {
            const bool escaped = static_cast<unsigned char>(c) < 0x20;
            bytes += escaped ? 5 : c == '"' || c == '\\' ? 1 : 0;
        }
    }
    return bytes;
}

} // namespace

std::size_t shown_bytes(const transaction_view& row) noexcept {
    return texts({row.user_id, row.currency, row.payment_intent_id, row.event_id, row.pack, row.reason,
                  row.reference, row.idempotency_key, row.counterparty_user_id, row.usage_request_id}) +
           row.metadata.size(); // JSON already
}

std::size_t shown_bytes(const purchase_view& row) noexcept {
    return shown_bytes(row.transaction);
}

std::size_t shown_bytes(const usage_view& row) noexcept {
    return texts({row.user_id, row.request_id, row.action_type, row.model_used, row.cost_estimate});
}

std::size_t shown_bytes(const activity_view& row) noexcept {
    return (row.transaction ? shown_bytes(*row.transaction) : 0) + (row.usage ? shown_bytes(*row.usage) : 0);
}

std::size_t shown_bytes(const event_view& row) noexcept {
    return texts({row.event_id, row.type, row.result, row.reason, row.payment_intent_id, row.endpoint,
                  row.account, row.api_version});
}

} // namespace tokenledger::ledger
