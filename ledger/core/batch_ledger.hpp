// The snapshot as the batch so far would leave it, and the rows that will bring the database there.
//
// The rules read the state of payments, accounts, events and keys here and change it by the functions
// below. A function that changes state does two things: it changes the copy, so that the next command of
// the batch sees the change, and it records the change for the plan.
//
//         snapshot
//            | copy
//            v
//         payments_  accounts_  keys_  unclaimed_  acted_events_ <-----+
//            |                                                         | change
//            | read                                                    |
//            v                                                         |
//         event_rules, request_rules, queue_rules ---> post(), merge_facts(), use_key(), ...
//                                                                      |
//                           +------------------------------------------+
//                           | append a row                             | mark as changed
//                           v                                          v
//         plan_: transactions, events, event_updates,      changed_payments_, changed_accounts_
//                event_actions, usages, keys                           | finish()
//                                                                      v
//                                                          plan_: payments, accounts, lots, holds
//
// History is appended in order, row by row. Of state only the last value counts: finish() makes one row of
// each marked payment and account. So a hundred purchases of one user are a hundred transactions and one
// update of the account. Events of this batch are the exception: if one is released, acted on or delivered
// again within the batch, its row is changed in place or gives way to a later one.
//
// Invariants:
// - A chain has no gap: only post() changes an account's balance and lots. It takes sequence and
//   balance_before from the account and stores sequence and balance_after in it (chain.hpp).
// - The refund rows of a payment sum up to -taken_tokens: only post_settlement() changes taken_tokens, and
//   it posts exactly the difference.
// - Nothing undoes a command within the batch. So the rules check before they change: has_room() is a
//   precondition of post(). The event rules alone write to what payment() returns: a credit, before
//   mark_credited(), and the events that wait, after merge_facts().
#pragma once

#include "core/chain.hpp"
#include "core/entitlement.hpp"
#include "core/plan.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace tokenledger::ledger {

[[nodiscard]] std::optional<event_origin> origin_of(const stripe_event& event);

class batch_ledger {
  public:
    explicit batch_ledger(const snapshot& known);

    // The time of the commands that follow, in a rebuild that of their first run; 0: the snapshot's.
    void set_clock(std::int64_t replayed_at_us);
    [[nodiscard]] std::int64_t asked_at_us() const { return asked_at_us_; } // the snapshot's

    // Everything between these two calls belongs to one event, in the batch at `position`.
    void begin_event(std::size_t position, const stripe_command& what);
    // False if the event already has a row that says as much: that row stays.
    bool end_event(std::string_view id, const outcome& decided);
    // The event's state before its command: from this batch, or from a row that may give way. Null: none.
    [[nodiscard]] const event_state* event_before(std::string_view id);

    // The same for an action on an event that is committed. Null if there is no such event.
    [[nodiscard]] const event_state* begin_event_action(std::string_view event_id);
    void end_event_action(std::size_t position, std::string_view event_id, result becomes, reason why);
    // True if the event or the action has merged something new.
    [[nodiscard]] bool changed_facts() const { return event_changed_facts_; }

    // Null if the snapshot does not hold it.
    [[nodiscard]] payment_state* payment(std::string_view id);

    // True if the account is there and `tokens` more or less would stay within int64.
    [[nodiscard]] bool has_room(std::string_view user_id, std::int64_t tokens) const;

    // Appends a transaction; sequence, balances and time follow from the account. `opens`: of its tokens,
    // those that become lots. Precondition: has_room.
    posting post(transaction_row row, std::span<const new_lot> opens = {});
    // Posts what of the account's lots is over, as of when that happened.
    std::vector<posting> post_due(std::string_view user_id);
    // Posts what a row returned to a lot that is over, or the end of a hold left in it, as of now.
    std::vector<posting> post_returned(std::string_view user_id);
    // Looks when the account is due next, though nothing of it has changed.
    void note_due(std::string_view user_id);
    void set_hold(std::string_view user_id, std::string_view hold_id, held_tokens state);
    // What the facts leave of a payment with this credit, given its lot.
    [[nodiscard]] entitlement worth_of(std::string_view payment_id, const credit& of,
                                       const payment_facts& facts) const;

    [[nodiscard]] std::int64_t last_posted_at_us() const { return plan_.transactions.back().created_at_us; }

    void mark_credited(std::string_view payment_id);
    // True if that brought something new. Precondition: the payment is there.
    bool merge_facts(std::string_view payment_id, const payment_facts& news);
    // Records that an event of this origin credited the payment or brought a fact of it.
    void note_origin(std::string_view payment_id, const event_origin& of);
    // Posts the difference between what the payment is worth and what was posted for it; nullopt: no row.
    std::optional<posting> post_settlement(std::string_view payment_id, const entitlement& worth,
                                           const std::string& cause);
    // An operator dismissed the event: it no longer waits.
    void forget_waiting(std::string_view payment_id, std::string_view event_id);
    // Ends the waiting of every event that waited for this payment.
    void release_waiting(std::string_view payment_id, result becomes, reason why);

    // Null if the snapshot does not hold it.
    [[nodiscard]] const account_state* account(std::string_view user_id) const;
    // Null if the key was never used.
    [[nodiscard]] const key_state* key(const key_id& id) const;
    // What the usage was charged; nullopt: no such usage is stored, and none is in the batch so far.
    [[nodiscard]] std::optional<charge_state> charge(const usage_id& of) const;
    [[nodiscard]] const member_spending& spending() const { return spending_; }
    // What a reversal gave back no longer counts against the member's limits.
    void give_back(const usage_id& of, std::int64_t tokens);
    void set_limit(limit_row row);
    void use_key(key_row row);
    void record_usage(usage_row row);
    // The same for a capture, of which the batch has no usage.
    void record_usage(usage_row row, usage what);
    [[nodiscard]] std::int64_t clock_us() const { return now_us_; }

    [[nodiscard]] batch_plan finish() &&;

  private:
    struct lot_marks {
        std::set<std::int64_t> lots{};
        std::set<std::string, std::less<>> holds{};
        std::int64_t at_us = 0; // the account's time when it was marked last
    };
    using account_entry = account_map::iterator;
    lot_marks& mark_lots(account_entry of);
    void finish_lots();
    using expiries_fn = std::vector<due_expiry>(const account_lots&, std::int64_t now_us);
    std::vector<posting> post_expiries(std::string_view user_id, expiries_fn* of);
    [[nodiscard]] std::vector<lot_tokens> lots_of_charge(const usage_row& of) const;
    struct mark {
        bool credited = false;
        bool facts = false;
    };

    std::int64_t snapshot_us_;
    std::int64_t now_us_;
    std::int64_t asked_at_us_;
    payment_map payments_;
    account_map accounts_;
    key_map keys_;
    charge_map charges_;
    member_spending spending_;
    event_map unclaimed_;
    event_map acted_events_;
    std::map<std::string_view, mark, std::less<>> changed_payments_; // keys live in payments_
    std::set<std::string_view> changed_accounts_;                    // likewise in accounts_
    std::map<std::string_view, lot_marks> changed_lots_;             // likewise
    // Of this batch's events: the place in plan_.events, and the command.
    struct own_event {
        std::size_t place = 0;
        const stripe_command* what = nullptr;
    };
    [[nodiscard]] event_state state_of(const own_event& own) const;

    std::map<std::string, own_event, std::less<>> events_of_batch_; // by event id
    std::set<std::size_t> replaced_; // places whose row gave way to a later one
    const stripe_command* deciding_ = nullptr;
    event_state looked_up_;
    bool event_changed_facts_ = false;
    batch_plan plan_;
};

} // namespace tokenledger::ledger
