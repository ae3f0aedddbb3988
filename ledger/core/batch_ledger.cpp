// Posting rows and merging facts, with the marks from which the plan's final rows follow.
#include "core/batch_ledger.hpp"

#include "core/due.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::ledger {

std::optional<event_origin> origin_of(const stripe_event& event) {
    if (!event.livemode)
        return std::nullopt;
    return event_origin{.livemode = *event.livemode, .account = event.account};
}

batch_ledger::batch_ledger(const snapshot& known)
    : snapshot_us_(known.now_us),
      now_us_(known.now_us),
      asked_at_us_(known.asked_at_us),
      payments_(known.payments),
      accounts_(known.accounts),
      keys_(known.keys),
      charges_(known.charges),
      spending_(known.spending),
      unclaimed_(known.unclaimed_events),
      acted_events_(known.acted_events) {
}

void batch_ledger::set_clock(std::int64_t replayed_at_us) {
    now_us_ = replayed_at_us != 0 ? replayed_at_us : snapshot_us_;
}

void batch_ledger::begin_event(std::size_t position, const stripe_command& what) {
    event_changed_facts_ = false;
    deciding_ = &what;
    plan_.events.push_back({.command = position, .at_us = now_us_});
}

bool batch_ledger::end_event(std::string_view id, const outcome& decided) {
    const std::size_t place = plan_.events.size() - 1;
    event_row& row = plan_.events.back();
    row.result = decided.result;
    row.reason = decided.reason;
    row.with_evidence = decided.result == result::applied || decided.result == result::parked ||
                        decided.result == result::waiting;
    row.keeps_translation = row.with_evidence || event_changed_facts_;
    // Merging the facts of an ignored event again changes nothing, so it need not be new.
    row.must_be_new =
        decided.result == result::applied ||
        (decided.result != result::ignored && (event_changed_facts_ || !decided.posted.empty()));
    const auto better_than = [&](result before, bool had_effect) {
        if (decided.result == result::ignored)
            return row.keeps_translation && before == result::ignored && !had_effect;
        return claims_event({.result = decided.result, .reason = decided.reason}) ||
               before == result::ignored;
    };
    // Committed before by an endpoint that the event was not for, or earlier in this batch.
    const auto committed = unclaimed_.find(id);
    bool says_more = committed == unclaimed_.end() ||
                     better_than(committed->second.result, committed->second.keeps_translation);
    const auto earlier = events_of_batch_.find(id);
    if (says_more && earlier != events_of_batch_.end()) {
        const event_row& before = plan_.events[earlier->second.place];
        says_more = better_than(before.result, before.keeps_translation);
    }
    if (!says_more) {
        plan_.events.pop_back();
        return false;
    }
    // The row's place is that of its effect: rebuild replays events in the order of the rows.
    if (earlier != events_of_batch_.end()) {
        replaced_.insert(earlier->second.place);
        earlier->second = {.place = place, .what = deciding_};
    } else {
        events_of_batch_.emplace(id, own_event{.place = place, .what = deciding_});
    }
    return true;
}

event_state batch_ledger::state_of(const own_event& own) const {
    const event_row& row = plan_.events[own.place];
    return {.result = row.result,
            .reason = row.reason,
            .has_evidence = row.with_evidence,
            .keeps_translation = row.keeps_translation,
            .is_purchase = std::holds_alternative<purchase>(own.what->effect),
            .endpoint = own.what->event.endpoint,
            .origin = origin_of(own.what->event)};
}

const event_state* batch_ledger::event_before(std::string_view id) {
    if (const auto own = events_of_batch_.find(id); own != events_of_batch_.end()) {
        looked_up_ = state_of(own->second);
        return &looked_up_;
    }
    const auto committed = unclaimed_.find(id);
    return committed == unclaimed_.end() ? nullptr : &committed->second;
}

const event_state* batch_ledger::begin_event_action(std::string_view event_id) {
    event_changed_facts_ = false;
    // The event may be of this batch, or taken over in it from another endpoint.
    if (const auto own = events_of_batch_.find(event_id); own != events_of_batch_.end())
        acted_events_.insert_or_assign(own->first, state_of(own->second));
    const auto found = acted_events_.find(event_id);
    return found == acted_events_.end() ? nullptr : &found->second;
}

void batch_ledger::end_event_action(std::size_t position, std::string_view event_id, result becomes,
                                    reason why) {
    event_state& state = acted_events_.find(event_id)->second;
    if (const auto own = events_of_batch_.find(event_id); own != events_of_batch_.end()) {
        event_row& row = plan_.events[own->second.place];
        row.result = becomes;
        row.reason = why;
        row.must_be_new = true; // the action's row refers to it
    } else {
        plan_.event_updates.push_back(
            {.event_id = std::string(event_id), .from = state.result, .result = becomes, .reason = why});
    }
    plan_.event_actions.push_back(
        {.command = position, .was = state, .became = becomes, .became_because = why, .at_us = now_us_});
    state.result = becomes;
    state.reason = why;
}

payment_state* batch_ledger::payment(std::string_view id) {
    const auto found = payments_.find(id);
    return found == payments_.end() ? nullptr : &found->second;
}

bool batch_ledger::has_room(std::string_view user_id, std::int64_t tokens) const {
    const auto account = accounts_.find(user_id);
    std::int64_t after = 0;
    return account != accounts_.end() && !__builtin_add_overflow(account->second.balance, tokens, &after);
}

posting batch_ledger::post(transaction_row row, std::span<const new_lot> opens) {
    const auto entry = accounts_.find(row.user_id);
    append(entry->second, row, opens, now_us_);
    changed_accounts_.insert(entry->first);
    for (const lot_tokens& each : row.lots)
        mark_lots(entry).lots.insert(each.lot);
    posting made{.user_id = row.user_id,
                 .sequence = row.sequence,
                 .type = row.type,
                 .source = row.source,
                 .token_amount = row.token_amount,
                 .balance_after = row.balance_after};
    plan_.transactions.push_back(std::move(row));
    return made;
}

std::vector<posting> batch_ledger::post_due(std::string_view user_id) {
    return post_expiries(user_id, due);
}

std::vector<posting> batch_ledger::post_returned(std::string_view user_id) {
    return post_expiries(user_id, returned);
}

std::vector<posting> batch_ledger::post_expiries(std::string_view user_id, expiries_fn* of) {
    const auto entry = accounts_.find(user_id);
    std::vector<posting> posted;
    if (entry == accounts_.end() || entry->second.lots.lots.empty())
        return posted;
    for (const due_expiry& each : of(entry->second.lots, entry->second.now(now_us_)))
        posted.push_back(post(row_of(entry->first, each)));
    return posted;
}

void batch_ledger::note_due(std::string_view user_id) {
    if (const auto entry = accounts_.find(user_id); entry != accounts_.end())
        mark_lots(entry);
}

// In a rebuild the commands of a batch have their own times.
batch_ledger::lot_marks& batch_ledger::mark_lots(account_entry of) {
    lot_marks& marks = changed_lots_[of->first];
    marks.at_us = of->second.now(now_us_);
    return marks;
}

void batch_ledger::set_hold(std::string_view user_id, std::string_view hold_id, held_tokens state) {
    const auto entry = accounts_.find(user_id);
    entry->second.lots.holds.insert_or_assign(std::string(hold_id), std::move(state));
    mark_lots(entry).holds.emplace(hold_id);
}

entitlement batch_ledger::worth_of(std::string_view payment_id, const credit& of,
                                   const payment_facts& facts) const {
    entitlement worth = entitlement_of(credited_of(of), facts);
    const account_state* owner = account(of.user_id);
    const lot_state* lot = owner != nullptr ? owner->lots.of_payment(payment_id) : nullptr;
    if (lot == nullptr)
        return worth;
    const payment_state& known = payments_.find(payment_id)->second;
    const taken_before before{.taken = known.taken_tokens,
                              .by_stripe = tokens_for(credited_of(of), known.lost_cents)};
    worth.taken_tokens = taken_with(lot, worth.taken_tokens, before, owner->now(now_us_));
    return worth;
}

void batch_ledger::mark_credited(std::string_view payment_id) {
    changed_payments_[payments_.find(payment_id)->first].credited = true;
}

bool batch_ledger::merge_facts(std::string_view payment_id, const payment_facts& news) {
    const auto entry = payments_.find(payment_id);
    payment_facts merged = merge(entry->second.facts, news);
    if (merged == entry->second.facts)
        return false;
    entry->second.facts = std::move(merged);
    changed_payments_[entry->first].facts = true;
    event_changed_facts_ = true;
    return true;
}

void batch_ledger::note_origin(std::string_view payment_id, const event_origin& of) {
    const auto entry = payments_.find(payment_id);
    if (entry->second.origins.insert(of).second)
        changed_payments_[entry->first];
}

std::optional<posting> batch_ledger::post_settlement(std::string_view payment_id, const entitlement& worth,
                                                     const std::string& cause) {
    const auto entry = payments_.find(payment_id);
    payment_state& payment = entry->second;
    const std::int64_t tokens = payment.taken_tokens - worth.taken_tokens;
    const std::int64_t cents = payment.lost_cents - worth.lost_cents;
    if (tokens == 0 && cents == 0)
        return std::nullopt;
    changed_payments_[entry->first]; // its totals change even if nothing else does
    payment.taken_tokens = worth.taken_tokens;
    // Money that takes no whole token is carried until a token is taken: the row then shows all of it.
    if (tokens == 0)
        return std::nullopt;
    payment.lost_cents = worth.lost_cents;
    transaction_row row{.user_id = payment.credit->user_id,
                        .type = transaction_type::refund,
                        .source = source::stripe,
                        .token_amount = tokens,
                        .amount_paid_cents = cents,
                        .currency = payment.credit->currency,
                        .payment_intent_id = entry->first,
                        .event_id = cause};
    if (const account_state* account = this->account(row.user_id); account != nullptr)
        row.lots =
            lots_of_settlement(*account, payment, entry->first, tokens, worth.taken_tokens + tokens, now_us_);
    const account_lots& known = accounts_.find(row.user_id)->second.lots;
    for (const lot_tokens& each : row.lots) {
        if (known.find(each.lot)->terms.payment_intent_id != entry->first)
            add_tokens(payment.taken_from, {each.lot, -each.tokens});
    }
    return post(std::move(row));
}

void batch_ledger::forget_waiting(std::string_view payment_id, std::string_view event_id) {
    const auto entry = payments_.find(payment_id);
    if (entry != payments_.end() && std::erase(entry->second.waiting, event_id) != 0)
        changed_payments_[entry->first];
}

void batch_ledger::release_waiting(std::string_view payment_id, result becomes, reason why) {
    payment_state& payment = payments_.find(payment_id)->second;
    for (const std::string& id : payment.waiting) {
        const auto own = events_of_batch_.find(id);
        if (own == events_of_batch_.end()) {
            plan_.event_updates.push_back({.event_id = id, .result = becomes, .reason = why});
            if (const auto acted = acted_events_.find(id); acted != acted_events_.end()) {
                acted->second.result = becomes;
                acted->second.reason = why;
            }
            continue;
        }
        plan_.events[own->second.place].result = becomes;
        plan_.events[own->second.place].reason = why;
    }
    payment.waiting.clear();
}

const account_state* batch_ledger::account(std::string_view user_id) const {
    const auto found = accounts_.find(user_id);
    return found == accounts_.end() ? nullptr : &found->second;
}

const key_state* batch_ledger::key(const key_id& id) const {
    const auto found = keys_.find(id);
    return found == keys_.end() ? nullptr : &found->second;
}

std::optional<charge_state> batch_ledger::charge(const usage_id& of) const {
    if (const auto found = charges_.find(of); found != charges_.end())
        return found->second;
    for (const usage_row& row :
         plan_.usages) { // reversals are rare: no map of them on the way of every usage
        if (row.what->request_id == of.request_id && row.what->user_id == of.user_id)
            return charge_state{
                .tokens = row.charged_tokens, .member = row.what->member, .from = lots_of_charge(row)};
    }
    return std::nullopt;
}

std::vector<lot_tokens> batch_ledger::lots_of_charge(const usage_row& of) const {
    std::vector<lot_tokens> from;
    for (const transaction_row& row : plan_.transactions) {
        if (row.sequence != of.deduction_sequence || row.user_id != of.what->user_id)
            continue;
        for (const lot_tokens& each : row.lots)
            from.push_back({each.lot, -each.tokens});
    }
    return from;
}

void batch_ledger::give_back(const usage_id& of, std::int64_t tokens) {
    if (const auto charged = charge(of); charged && !charged->member.empty())
        spending_.add({of.user_id, charged->member}, -tokens, charged->created_at_us, asked_at_us_);
}

void batch_ledger::set_limit(limit_row row) {
    row.at_us = now_us_;
    spending_.set(*row.what);
    plan_.limits.push_back(row);
}

void batch_ledger::record_usage(usage_row row) {
    row.at_us = now_us_;
    if (!row.what->member.empty())
        spending_.add({row.what->user_id, row.what->member}, row.charged_tokens, 0, asked_at_us_);
    plan_.usages.push_back(row);
}

void batch_ledger::record_usage(usage_row row, usage what) {
    row.what = &plan_.captured.emplace_back(std::move(what));
    record_usage(row);
}

void batch_ledger::use_key(key_row row) {
    row.at_us = now_us_;
    keys_.emplace(row.id, row.state);
    plan_.keys.push_back(std::move(row));
}

void batch_ledger::finish_lots() {
    for (const auto& [user, marks] : changed_lots_) {
        const account_state& account = accounts_.find(user)->second;
        for (const std::int64_t lot : marks.lots)
            plan_.lots.push_back({.user_id = std::string(user), .state = *account.lots.find(lot)});
        for (const std::string& id : marks.holds)
            plan_.holds.push_back(
                {.user_id = std::string(user), .hold_id = id, .state = account.lots.holds.find(id)->second});
        const std::int64_t at_us = next_due(account.lots, marks.at_us).value_or(never_due);
        if (account.due_at_us != at_us)
            plan_.due.push_back({.user_id = std::string(user), .at_us = at_us});
    }
}

batch_plan batch_ledger::finish() && {
    for (const auto& [id, what] : changed_payments_)
        plan_.payments.push_back({.id = std::string(id),
                                  .state = payments_.find(id)->second,
                                  .newly_credited = what.credited,
                                  .facts_changed = what.facts});
    for (const std::string_view user : changed_accounts_)
        plan_.accounts.emplace_back(user, accounts_.find(user)->second);
    finish_lots();
    for (auto place = replaced_.rbegin(); place != replaced_.rend(); ++place)
        plan_.events.erase(plan_.events.begin() + static_cast<std::ptrdiff_t>(*place));
    return std::move(plan_);
}

} // namespace tokenledger::ledger
