// The arithmetic of one payment, from what the reader shows of it.
#include "ledger/proof.hpp"

namespace tokenledger::ledger {

namespace {

__extension__ using wide = __int128; // rows that were tampered with may leave int64

struct sums {
    std::int64_t purchases = 0;
    wide refunded_tokens = 0; // signed, as in the rows
    wide refunded_cents = 0;
};

std::string says(std::string_view what, std::int64_t expected, std::int64_t found) {
    return std::string(what) + ": expected " + std::to_string(expected) + ", found " + std::to_string(found);
}

void compare_purchase(const credit_view& credit, const transaction_view& row,
                      std::vector<std::string>& faults) {
    if (row.user_id != credit.user_id)
        faults.emplace_back("the purchase is another user's");
    if (row.token_amount != credit.tokens)
        faults.push_back(says("tokens of the purchase", credit.tokens, row.token_amount));
    if (row.amount_paid_cents != credit.amount_cents || row.currency != credit.currency)
        faults.emplace_back("the purchase shows another amount than the payment");
}

} // namespace

std::string_view to_string(proof value) noexcept {
    switch (value) {
    case proof::verified:
        return "verified";
    case proof::redacted:
        return "redacted";
    case proof::secret_retired:
        return "secret_retired";
    case proof::mismatch:
        return "mismatch";
    }
    return "unknown";
}

std::vector<std::string> arithmetic_faults(const payment_view& payment) {
    std::vector<std::string> faults;
    sums found;
    for (const transaction_view& row : payment.transactions) {
        if (row.type == transaction_type::purchase) {
            ++found.purchases;
            if (payment.credit)
                compare_purchase(*payment.credit, row, faults);
        } else {
            found.refunded_tokens += row.token_amount;
            found.refunded_cents += row.amount_paid_cents.value_or(0);
        }
    }
    if (!payment.credit) {
        if (!payment.transactions.empty())
            faults.emplace_back("there are rows, but the payment was never credited");
        return faults;
    }
    if (found.purchases != 1)
        faults.push_back(says("purchases", 1, found.purchases));
    if (payment.entitlement && payment.entitlement->taken_tokens != payment.taken_tokens)
        faults.push_back(
            says("tokens that the facts take", payment.entitlement->taken_tokens, payment.taken_tokens));
    if (payment.transactions.size() < max_payment_rows) { // else not all rows are shown
        if (found.refunded_tokens != -payment.taken_tokens)
            faults.push_back(says("tokens of the refund rows", -payment.taken_tokens,
                                  static_cast<std::int64_t>(found.refunded_tokens)));
        if (found.refunded_cents != -payment.lost_cents)
            faults.push_back(says("money of the refund rows", -payment.lost_cents,
                                  static_cast<std::int64_t>(found.refunded_cents)));
    }
    return faults;
}

} // namespace tokenledger::ledger
