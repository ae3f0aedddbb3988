// Checking that a payment's credit, facts and rows add up.
#include "ledger/proof.hpp"

#include <boost/test/unit_test.hpp>

using namespace tokenledger::ledger;

namespace {

transaction_view row(transaction_type type, std::int64_t tokens, std::int64_t cents) {
    transaction_view made;
    made.user_id = "alice";
    made.type = type;
    made.token_amount = tokens;
    made.amount_paid_cents = cents;
    made.currency = "usd";
    return made;
}

// 1000 tokens for 999 cents, of which a third was refunded.
payment_view a_payment() {
    payment_view made;
    made.payment_intent_id = "pi_1";
    made.credit.emplace();
    made.credit->user_id = "alice";
    made.credit->tokens = 1000;
    made.credit->amount_cents = 999;
    made.credit->currency = "usd";
    made.taken_tokens = 333;
    made.lost_cents = 333;
    made.entitlement.emplace();
    made.entitlement->taken_tokens = 333;
    made.entitlement->lost_cents = 333;
    made.transactions = {row(transaction_type::purchase, 1000, 999),
                         row(transaction_type::refund, -333, -333)};
    return made;
}

void check_fault(const payment_view& payment, std::string_view fault) {
    const auto faults = arithmetic_faults(payment);
    BOOST_TEST_REQUIRE(faults.size() == 1U);
    BOOST_TEST(faults.front() == fault);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proof_of_a_payment)

BOOST_AUTO_TEST_CASE(a_payment_whose_rows_follow_from_its_facts_has_no_fault) {
    BOOST_TEST(arithmetic_faults(a_payment()).empty());
}

BOOST_AUTO_TEST_CASE(a_payment_that_was_never_credited_has_no_rows) {
    payment_view payment;
    BOOST_TEST(arithmetic_faults(payment).empty());
    payment.transactions = {row(transaction_type::purchase, 1, 1)};
    check_fault(payment, "there are rows, but the payment was never credited");
}

BOOST_AUTO_TEST_CASE(each_fault_is_named) {
    payment_view payment = a_payment();
    payment.transactions[0].token_amount = 5;
    check_fault(payment, "tokens of the purchase: expected 1000, found 5");
    payment = a_payment();
    payment.transactions[0].user_id = "mallory";
    check_fault(payment, "the purchase is another user's");
    payment = a_payment();
    payment.transactions[0].currency = "eur";
    check_fault(payment, "the purchase shows another amount than the payment");
    payment = a_payment();
    payment.transactions.push_back(payment.transactions[0]);
    check_fault(payment, "purchases: expected 1, found 2");
    payment = a_payment();
    payment.entitlement->taken_tokens = 334;
    check_fault(payment, "tokens that the facts take: expected 334, found 333");
    payment = a_payment();
    payment.transactions[1].token_amount = -332;
    check_fault(payment, "tokens of the refund rows: expected -333, found -332");
    payment = a_payment();
    payment.transactions[1].amount_paid_cents = -1;
    check_fault(payment, "money of the refund rows: expected -333, found -1");
}

BOOST_AUTO_TEST_SUITE_END()
