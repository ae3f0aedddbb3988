// libFuzzer: any bytes as a body and as a signature header. Nothing may crash, and every command keeps its
// invariants.
#include "base/text.hpp"
#include "webhook/event.hpp"
#include "webhook/signature.hpp"
#include "webhook/translate.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

namespace {

using namespace tokenledger;

void require(bool holds) {
    if (!holds)
        std::abort();
}

bool is_kept_text(std::string_view text) {
    return text.empty() || base::is_identifier(text);
}

// Facts must fit the database: identifiers, amounts of 0 or more, currencies.
void check_facts(const ledger::payment_facts& facts) {
    require(facts.amount_requested_cents == 0 && facts.refunded_cumulative_cents >= 0);
    for (const auto& [id, refund] : facts.refunds) {
        require(base::is_identifier(id) && refund.amount_cents >= 0);
        require(refund.currency.empty() || refund.currency.size() == 3);
    }
    for (const auto& [id, dispute] : facts.disputes) {
        require(base::is_identifier(id) && dispute.amount_cents >= 0);
        require(dispute.currency.empty() || dispute.currency.size() == 3);
        require(!dispute.signs_only);
        for (const auto& [transaction, moved] : dispute.balance_transactions) {
            require(base::is_identifier(transaction));
            require(moved.amount_cents != 0 && moved.takes_money == (moved.amount_cents < 0));
            require(moved.currency.empty() || moved.currency.size() == 3);
        }
    }
}

void check_command(const ledger::stripe_command& made, std::string_view body) {
    const ledger::stripe_event& event = made.event;
    require(base::is_identifier(event.id) && base::is_identifier(event.type));
    require(is_kept_text(event.account) && is_kept_text(event.api_version) &&
            is_kept_text(event.payment_intent_id));
    const auto* update = std::get_if<ledger::payment_update>(&made.effect);
    const bool ignored =
        update != nullptr ? !update->moves_tokens : std::holds_alternative<ledger::ignore_event>(made.effect);
    require(event.body == (ignored ? std::string_view{} : body));
    if (update != nullptr) {
        require(!event.payment_intent_id.empty());
        check_facts(update->facts);
        // An update that moves no tokens only ends the payment.
        const ledger::payment_facts end{.canceled = update->facts.canceled,
                                        .not_ours = update->facts.not_ours};
        require(update->moves_tokens || (update->facts == end && end.canceled != end.not_ours));
    }
    if (const auto* bought = std::get_if<ledger::purchase>(&made.effect)) {
        const bool refused = bought->refused != ledger::reason::none;
        require(is_kept_text(bought->user_id) && is_kept_text(bought->pack));
        require(refused || (!bought->user_id.empty() && !bought->pack.empty()));
        require(refused ? bought->tokens == 0 : bought->tokens > 0 && bought->amount_cents > 0);
        const std::int64_t asked = bought->amount_requested_cents;
        require(asked == 0 || asked > bought->amount_cents);
        require(bought->amount_cents >= 0 && bought->quantity >= 1 &&
                bought->quantity <= webhook::max_quantity);
        require(bought->currency.size() == 3 && !event.payment_intent_id.empty());
    }
}

webhook::catalog prices() {
    webhook::catalog made;
    made.packs["starter"] = {.tokens = 100000, .prices = {{"usd", {.amount = 999, .minimum = 499}}}};
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const webhook::catalog packs = prices();
    static const webhook::endpoint_policy live{.path = "/live", .livemode = true, .accounts = {}};
    static const webhook::endpoint_policy connected{
        .path = "/test", .livemode = false, .accounts = {"acct_1"}};
    const std::string_view text{reinterpret_cast<const char*>(data), size};

    const std::string_view fields[] = {text};
    const webhook::parsed_signature header = webhook::parse_signature(fields);
    if (header.error == webhook::signature_error::none) {
        require(header.header.timestamp > 0);
        for (const std::string_view candidate : header.header.candidates)
            require(candidate.size() == 64);
    }

    const webhook::parsed_event parsed = webhook::parse_event(text);
    if (!parsed.event) {
        require(!parsed.why.empty());
        return 0;
    }
    for (const webhook::endpoint_policy* endpoint : {&live, &connected}) {
        const webhook::translation made = webhook::translate(*parsed.event, *endpoint, packs, "t=1", text);
        if (const auto* command = std::get_if<ledger::stripe_command>(&made))
            check_command(*command, text);
    }
    return 0;
}
