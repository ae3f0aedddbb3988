// Consistent random histories of one payment, as Stripe would send them over time, and where the money is in
// the end. Pure: all randomness comes from `random`.
#pragma once

#include "payment_events.hpp"
#include "payment_options.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::test {

class history_maker {
  public:
    history_maker(std::mt19937_64& random, const history_options& options)
        : random_(random),
          embeds_refunds_(random() % 2 == 0),
          tells_currency_(random() % 4 != 0),
          releases_as_refund_(embeds_refunds_ || random() % 2 == 0) {
        made_.options = options;
        made_.charge_id = "ch_of_" + options.payment_intent_id;
    }

    payment_history succeeded() && {
        const history_options& paid = made_.options;
        for (int twice = random_() % 8 == 0 ? 2 : 1; twice > 0; --twice)
            tell("payment_intent.succeeded", intent_object{paid.amount_requested, paid.amount_received});
        received_ = paid.amount_received;
        release_uncaptured();
        for (int step = 0; step < made_.options.steps; ++step) {
            if (random_() % 2 == 0)
                random_() % 2 == 0 ? start_refund() : continue_refund();
            else
                random_() % 3 == 0 ? start_dispute() : continue_dispute();
        }
        return finished();
    }

    payment_history canceled() && {
        made_.canceled = true;
        release_uncaptured();
        tell("payment_intent.canceled", intent_object{made_.options.amount_requested, 0});
        return finished();
    }

  private:
    enum class telling : std::uint8_t { by_transactions, by_events, by_status };
    using any_size = boost::multiprecision::cpp_int;
    struct dispute {
        dispute_object object;
        telling how = telling::by_transactions;
        std::string balance_currency{}; // of its balance transactions
        std::int64_t rate = 1;          // units of it for one unit of the dispute's currency
        bool withdrawn = false;
        bool open = true;
        // Sums of its balance transactions.
        any_size taken = 0;
        any_size returned = 0;
    };

    std::mt19937_64& random_;
    bool embeds_refunds_;     // the endpoint's API version is older than 2022-11-15
    bool tells_currency_;     // refunds and charges have a currency; some old bodies lack it
    bool releases_as_refund_; // the capture was made by a version older than 2025-03-31.basil
    std::int64_t received_ = 0;
    payment_history made_;
    std::vector<refund_object> refunds_;
    std::vector<dispute> disputes_;

    std::string new_id(const std::string& prefix) {
        return prefix + std::to_string(made_.events.size()) + "_of_" + made_.options.payment_intent_id;
    }
    void tell(std::string type, stripe_object object) {
        made_.events.push_back(make_history_event(std::move(type), std::move(object)));
    }

    // ---- refunds
    static bool counts(const refund_object& refund) {
        return refund.status != "failed" && refund.status != "canceled";
    }
    std::int64_t shown_refunded() const {
        std::int64_t sum = 0;
        for (const refund_object& each : refunds_)
            sum += counts(each) ? each.amount : 0;
        return sum;
    }
    std::int64_t released() const {
        return releases_as_refund_ ? made_.options.amount_requested - received_ : 0;
    }
    std::string told_currency() const { return tells_currency_ ? made_.options.currency : ""; }
    void tell_charge() {
        charge_object charge{made_.options.amount_requested, received_, shown_refunded(), std::nullopt,
                             told_currency()};
        if (embeds_refunds_)
            charge.refunds = refunds_;
        tell("charge.refunded", std::move(charge));
    }
    // Every refund is sent at least once: embedded in the charge, or in its own event.
    void tell_new_refund(const refund_object& refund) {
        const bool charge_first = random_() % 2 == 0;
        if (charge_first)
            tell_charge();
        if (!embeds_refunds_)
            tell("refund.created", refund);
        if (!charge_first && (embeds_refunds_ || random_() % 4 != 0))
            tell_charge();
    }
    void tell_changed_refund(const refund_object& refund, const std::string& type) {
        if (embeds_refunds_ || random_() % 2 == 0)
            tell("charge.refund.updated", refund);
        if (!embeds_refunds_)
            tell(type, refund);
    }
    void release_uncaptured() {
        if (released() == 0)
            return;
        refunds_.push_back({new_id("re"), released(), "succeeded", "", told_currency()});
        tell_new_refund(refunds_.back());
    }
    void start_refund() {
        const std::int64_t left = received_ - (shown_refunded() - released());
        if (left == 0)
            return;
        const std::int64_t amount = random_() % 4 == 0 ? left : any_up_to(random_, left);
        const bool pending = random_() % 3 == 0;
        // For a partly captured payment a refund that has moved no money proves nothing; none is made here.
        const bool moved = !pending || made_.options.amount_received < made_.options.amount_requested;
        refunds_.push_back({new_id("re"), amount, pending ? "pending" : "succeeded",
                            moved ? new_id("txn_re") : std::string{}, told_currency()});
        tell_new_refund(refunds_.back());
    }
    void continue_refund() {
        const std::size_t first = released() > 0 ? 1 : 0;
        if (refunds_.size() == first)
            return;
        refund_object& refund = refunds_[first + random_() % (refunds_.size() - first)];
        if (!counts(refund))
            return;
        const bool pending = refund.status == "pending";
        switch (random_() % 3) {
        case 0:
            refund.status = "failed"; // also after it succeeded
            return tell_changed_refund(refund, "refund.failed");
        case 1:
            if (pending)
                refund.status = "canceled";
            return tell_changed_refund(refund, "refund.updated");
        default:
            refund.status = "succeeded";
            if (refund.balance_transaction.empty())
                refund.balance_transaction = new_id("txn_re");
            return tell_changed_refund(refund, "refund.updated");
        }
    }

    // ---- disputes
    void tell_dispute(const dispute& about, const std::string& what) {
        tell("charge.dispute." + what, about.object);
    }
    // Negative: the bank takes the money.
    void move_funds(dispute& of, std::int64_t amount) {
        if (of.how != telling::by_transactions || amount == 0)
            return;
        (amount < 0 ? of.taken : of.returned) += amount < 0 ? -any_size(amount) : any_size(amount);
        of.object.balance_transactions.push_back({new_id("txn_dp"), amount, of.balance_currency});
    }
    void withdraw(dispute& of) {
        of.withdrawn = of.how != telling::by_status;
        move_funds(of, -of.object.amount * of.rate);
    }
    // A change of the exchange rate, in either direction: a small part of the disputed amount.
    void adjust(dispute& of) {
        const std::int64_t most = std::max<std::int64_t>(of.object.amount / 8, 1);
        move_funds(of, random_() % 2 == 0 ? any_up_to(random_, most) : -any_up_to(random_, most));
    }
    // Returns everything that is held; a change of the exchange rate may follow.
    void give_back_all(dispute& of) {
        const any_size held = of.taken - of.returned;
        if (held > 0 && held <= std::numeric_limits<std::int64_t>::max())
            move_funds(of, static_cast<std::int64_t>(held));
        if (random_() % 4 == 0)
            adjust(of);
    }
    void tell_moved_funds(const dispute& of, bool taken) {
        // With balance transactions the event is optional: not every endpoint subscribes to it.
        if (of.how == telling::by_events || (of.how == telling::by_transactions && random_() % 2 == 0))
            tell_dispute(of, taken ? "funds_withdrawn" : "funds_reinstated");
    }
    void choose_currencies(dispute& of) {
        of.object.currency = random_() % 6 == 0 ? "eur" : made_.options.currency;
        switch (random_() % 3) {
        case 0:
            of.balance_currency = made_.options.currency;
            break;
        case 1:
            of.balance_currency = of.object.currency;
            break;
        default: // settled in another currency than the payment's
            of.balance_currency = "chf";
            of.rate = 1 + static_cast<std::int64_t>(random_() % 9);
        }
    }
    void start_dispute() {
        dispute made;
        made.object.id = new_id("dp");
        made.object.amount =
            random_() % 2 == 0 ? received_ : any_up_to(random_, std::numeric_limits<std::int64_t>::max());
        choose_currencies(made);
        if (made.object.amount > std::numeric_limits<std::int64_t>::max() / 16)
            made.rate = 1;
        made.how = random_() % 2 == 0 ? telling::by_transactions : static_cast<telling>(random_() % 3);
        if (random_() % 3 == 0) {
            made.object.status = "warning_needs_response";
            tell_dispute(made, "created");
        } else {
            made.object.status = "needs_response";
            withdraw(made);
            tell_dispute(made, "created");
            tell_moved_funds(made, true);
        }
        disputes_.push_back(std::move(made));
    }
    void continue_dispute() {
        if (disputes_.empty() || !disputes_.back().open)
            return;
        dispute& ongoing = disputes_.back();
        if (ongoing.object.status.starts_with("warning_"))
            return continue_inquiry(ongoing);
        if (random_() % 3 == 0) {
            ongoing.object.status = "under_review";
            if (random_() % 3 == 0)
                adjust(ongoing);
            return tell_dispute(ongoing, "updated");
        }
        ongoing.open = false;
        random_() % 2 == 0 ? win(ongoing) : lose(ongoing);
    }
    void win(dispute& of) {
        of.object.status = "won";
        if (random_() % 2 == 0) // the money comes before the verdict or after it
            give_back_all(of);
        tell_dispute(of, "closed");
        if (of.returned == 0)
            give_back_all(of);
        tell_moved_funds(of, false);
    }
    // The bank keeps all of it, or returns a part.
    void lose(dispute& of) {
        of.object.status = "lost";
        const auto part = random_() % 3;
        if (part == 0)
            move_funds(of, any_up_to(random_, of.object.amount));
        else if (part == 1)
            adjust(of);
        tell_dispute(of, "closed");
        if (part == 0)
            tell_moved_funds(of, false);
    }
    void continue_inquiry(dispute& inquiry) {
        if (random_() % 2 == 0) {
            inquiry.object.status = "warning_closed";
            inquiry.open = false;
            return tell_dispute(inquiry, "closed");
        }
        inquiry.object.status = "needs_response";
        withdraw(inquiry);
        tell_dispute(inquiry, "updated");
        tell_moved_funds(inquiry, true);
    }

    // The money that is lost, in the payment's currency: by the balance transactions if they are in it, else
    // the share of the disputed amount, or of the payment if the dispute is in another currency too.
    any_size gone(const dispute& of) const {
        if (of.object.status == "won" || of.object.status == "warning_closed")
            return 0;
        const bool other = of.object.currency != made_.options.currency;
        const any_size whole = other ? received_ : of.object.amount;
        if (of.object.balance_transactions.empty())
            return of.object.status == "lost" || of.withdrawn ? whole : any_size(0);
        const any_size kept = of.taken > of.returned ? any_size(of.taken - of.returned) : any_size(0);
        if (of.balance_currency == made_.options.currency)
            return other ? kept : std::max<any_size>(kept, share(whole, kept, of.taken));
        return share(whole, kept, of.taken);
    }
    static any_size share(const any_size& whole, const any_size& part, const any_size& of) {
        return of == 0 ? any_size(0) : any_size((whole * part + of - 1) / of);
    }

    payment_history finished() {
        made_.unproven_refund = released() > 0;
        made_.refunded = shown_refunded() - released();
        any_size disputed = 0;
        for (const dispute& each : disputes_) {
            made_.in_dispute = made_.in_dispute || each.open;
            made_.returned_in_part = made_.returned_in_part || (each.returned > 0 && gone(each) > 0);
            made_.in_other_currency = made_.in_other_currency || (each.rate > 1 && gone(each) > 0);
            disputed += gone(each);
        }
        made_.disputed = static_cast<std::int64_t>(std::min<any_size>(disputed, received_));
        return std::move(made_);
    }
};

// A payment that succeeds, then random refunds, which may fail later, and disputes and inquiries with any
// outcome, in the form of an older or a newer API version.
inline payment_history make_history(std::mt19937_64& random, const history_options& options) {
    return history_maker(random, options).succeeded();
}

// A payment that was authorised and canceled; older API versions send a refund for that too.
inline payment_history make_canceled_history(std::mt19937_64& random, const history_options& options) {
    return history_maker(random, options).canceled();
}

} // namespace tokenledger::test
