// The sentence for each fact. The rules:
// docs/decisions/0010-settlement-is-state-based.md.
#include "screen/explain.hpp"

#include "screen/advice.hpp"
#include "screen/text.hpp"

namespace tokenledger::ctl {

namespace {

std::string text_of(const json_value& value) {
    return visible(value.string().value_or(""));
}

std::int64_t number(const json_value& value) {
    return value.integer().value_or(0);
}

bool is_set(const json_value& value) {
    return value.boolean().value_or(false);
}

class explanation {
  public:
    explanation(const json_value& payment, const view& how)
        : payment_(payment),
          credit_(payment.member("credit")),
          facts_(payment.member("facts")),
          worth_(payment.member("entitlement")),
          currency_(credit_.member("currency").string().value_or("")),
          how_(how) {}

    std::string text() {
        heading("Payment " + text_of(payment_.member("stripe_payment_intent_id")));
        credited();
        heading("What Stripe said");
        refunds();
        disputes();
        states();
        heading("What was taken back, and why");
        taken();
        queue();
        return std::move(out_);
    }

  private:
    void heading(const std::string& text) { out_ += painted(text, tone::strong, how_.colour) + "\n"; }
    void say(const std::string& text) { out_ += "  " + text + "\n"; }
    void warn(const std::string& text) { out_ += "  " + painted(text, tone::notice, how_.colour) + "\n"; }
    [[nodiscard]] std::string cents(std::int64_t amount) const { return money(amount, currency_); }

    // Its number within the account; empty: the tokens are of no lot.
    [[nodiscard]] std::string lot_of_purchase() const {
        for (auto each = payment_.member("transactions").first(); each; each = each.next()) {
            if (each.member("type").string() == "purchase")
                return visible(each.member("lots").first().name());
        }
        return {};
    }

    void credited() {
        if (!credit_) {
            say("It has not been credited: no purchase of ours has been applied for it.");
            return;
        }
        const auto quantity = number(credit_.member("quantity"));
        std::string pack = text_of(credit_.member("pack"));
        if (!pack.empty())
            pack = ", pack " + pack + (quantity > 1 ? " x" + grouped(quantity) : "");
        if (const std::string catalog = text_of(credit_.member("catalog")); !catalog.empty())
            pack += ", catalogue " + catalog;
        if (const std::string lot = lot_of_purchase(); !lot.empty())
            pack += ", lot " + lot;
        say(text_of(credit_.member("user_id")) + " was credited " +
            grouped(number(credit_.member("tokens"))) + " tokens for " +
            cents(number(credit_.member("amount_cents"))) + pack + ", on " +
            short_time(credit_.member("credited_at").string().value_or("")) + " UTC.");
    }

    void refunds() {
        const auto cumulative = number(facts_.member("refunded_cumulative_cents"));
        if (cumulative > 0)
            say("The charge shows " + cents(cumulative) + " refunded in all.");
        for (auto each = facts_.member("refunds").first(); each; each = each.next()) {
            const bool counts = each.member("status").string() == "counting";
            const std::string own(each.member("currency").string().value_or(""));
            say("Refund " + text_of(each.member("id")) + " of " +
                money(number(each.member("amount_cents")), own.empty() ? currency_ : own) +
                (counts ? "." : " failed or was canceled, so it does not count.") +
                (counts && !is_set(each.member("moved_money")) ? " No movement of money proves it yet."
                                                               : ""));
            ++said_;
        }
        said_ += cumulative > 0 ? 1 : 0;
    }

    // In the order of their ids. An earlier version kept no amounts.
    static std::string movements(json_value list) {
        std::string text;
        for (auto moved = list.first(); moved; moved = moved.next()) {
            const bool takes = is_set(moved.member("takes_money"));
            const auto amount = moved.member("amount_cents").integer();
            text += text.empty() ? "" : ", ";
            if (amount) {
                const std::string signed_text = money(*amount, text_of(moved.member("currency")));
                text += signed_text.substr(signed_text.starts_with('-') ? 1 : 0) + " ";
            }
            text += takes ? "taken" : "returned";
            text += amount ? "" : " (how much was not kept)";
        }
        return text;
    }

    void disputes() {
        for (auto each = facts_.member("disputes").first(); each; each = each.next()) {
            ++said_;
            const std::string own(each.member("currency").string().value_or(""));
            const std::string status = text_of(each.member("status"));
            std::string line = "Dispute " + text_of(each.member("id")) + " over " +
                               money(number(each.member("amount_cents")), own.empty() ? currency_ : own) +
                               ": " + (status == "undecided" ? "not decided yet" : status) + ".";
            const std::string moved = movements(each.member("balance_transactions"));
            if (!moved.empty())
                line += " Its money: " + moved + ".";
            else if (is_set(each.member("funds_reinstated")))
                line += " Its funds were reinstated.";
            else if (is_set(each.member("funds_withdrawn")))
                line += " Its funds were withdrawn.";
            say(line);
        }
    }

    void states() {
        if (is_set(facts_.member("canceled")))
            say("It was canceled.");
        if (is_set(facts_.member("foreign")))
            say("Its metadata names no pack of ours: it belongs to another product.");
        const auto requested = number(facts_.member("amount_requested_cents"));
        const auto received = number(credit_.member("amount_cents"));
        if (credit_ && requested > received)
            say(cents(requested) + " was asked for, " + cents(received) + " was captured.");
        else if (!credit_ && requested > 0)
            say(money(requested, currency_) + " was asked for.");
        else if (said_ == 0 && credit_)
            say("The payment succeeded. No refund and no dispute is known.");
        else if (said_ == 0 && !is_set(facts_.member("canceled")) && !is_set(facts_.member("foreign")))
            say("Nothing yet but the events below.");
    }

    void taken() {
        const auto took = number(payment_.member("taken_tokens"));
        const auto lost = number(payment_.member("lost_cents"));
        if (!credit_) {
            say("Nothing: there is no credit to take it from." +
                std::string(said_ > 0 ? " If the purchase comes, it is settled with these facts." : ""));
            return;
        }
        const auto received = number(credit_.member("amount_cents"));
        const auto tokens = number(credit_.member("tokens"));
        if (took == 0 && lost == 0) {
            say("Nothing: the money is ours, and the tokens are the user's.");
        } else {
            say(grouped(took) + " of " + grouped(tokens) + " tokens, for " + cents(lost) + " of " +
                cents(received) + " lost (" + cents(number(worth_.member("refunded_cents"))) + " refunded, " +
                cents(number(worth_.member("disputed_cents"))) + " taken by disputes).");
            say(lost == received ? "All of the money is lost, so all of the tokens are taken."
                                 : "Tokens are taken in proportion to the money lost, rounded down once.");
        }
        reservations();
    }

    void reservations() {
        const bool same_cents = number(worth_.member("lost_cents")) == number(payment_.member("lost_cents"));
        if (worth_ &&
            (!same_cents || number(worth_.member("taken_tokens")) != number(payment_.member("taken_tokens"))))
            warn("The facts come to " + grouped(number(worth_.member("taken_tokens"))) +
                 " tokens, which is not what was posted: " +
                 (same_cents && !lot_of_purchase().empty()
                      ? "what its lot lost when it expired is not taken again, and not given back. Is that "
                        "all? tokenledgerctl verify says so."
                      : "run tokenledgerctl verify."));
        if (is_set(worth_.member("in_dispute")))
            warn("A dispute is not decided yet: what it takes may still change.");
        if (is_set(worth_.member("missing_refund_objects")))
            warn("The charge shows more refunded than the refunds that have arrived explain; it counts all "
                 "the "
                 "same.");
        if (is_set(worth_.member("other_currency_refund")))
            warn("A refund is in another currency than the payment, so it does not count: see to it "
                 "yourself.");
        if (is_set(worth_.member("unproven_refund")))
            warn("A refund may only be the release of what was never captured; it does not count until money "
                 "moves.");
    }

    // The events that are still parked or waiting.
    void queue() {
        for (auto each = payment_.member("events").first(); each; each = each.next()) {
            if (const std::string next = what_is_next(each); !next.empty())
                warn(next);
        }
    }

    json_value payment_;
    json_value credit_;
    json_value facts_;
    json_value worth_;
    std::string currency_;
    view how_;
    std::string out_{};
    int said_ = 0;
};

} // namespace

std::string explained(const json_value& payment, const view& how) {
    return explanation(payment, how).text();
}

} // namespace tokenledger::ctl
