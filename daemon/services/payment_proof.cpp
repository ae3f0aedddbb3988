// Proves each event, then the sums.
#include "services/payment_proof.hpp"

#include "ledger/reread.hpp"

#include <algorithm>
#include <utility>

namespace tokenledger::daemon {

namespace {

using ledger::proof;
using signature = event_translator::signature;

class prover {
  public:
    prover(ledger::reader& from, const event_translator& translator) : from_(from), translator_(translator) {}

    ledger::event_proof prove(const ledger::event_view& event) {
        const auto bytes = from_.evidence(event.event_id);
        if (!bytes)
            return said(event, proof::redacted, "its bytes gave way to their hash");
        if (!bytes->readable)
            return said(event, proof::mismatch, "its stored bytes do not unpack");
        switch (translator_.check_signature(event.endpoint, bytes->signature_header, bytes->body)) {
        case signature::matches:
            return compare(event, *bytes, "");
        case signature::matches_another:
            return compare(event, *bytes,
                           "signed with a secret of another endpoint, which got it before " + event.endpoint);
        case signature::unreadable:
            return said(event, proof::mismatch, "the stored signature is none");
        case signature::no_secret:
            break;
        }
        if (neighbour_verifies(event))
            return said(
                event, proof::mismatch,
                "the signature is not that of these bytes: events just before it were signed by a secret"
                " that is still configured");
        return said(event, proof::secret_retired, "no secret that is configured made its signature");
    }

  private:
    static ledger::event_proof said(const ledger::event_view& event, proof result, std::string detail) {
        return {.event_id = event.event_id, .result = result, .detail = std::move(detail)};
    }

    // The bytes are Stripe's: checks that they belong to this event.
    ledger::event_proof compare(const ledger::event_view& event, const ledger::evidence_view& bytes,
                                std::string detail) const {
        auto today = translator_.translate(event.endpoint, bytes.signature_header, bytes.body);
        const auto* command = std::get_if<ledger::stripe_command>(&today);
        if (command == nullptr)
            return said(event, proof::mismatch, std::get<std::string>(today));
        // An event that `migrate` has read again has the bytes of the original.
        if (command->event.id != event.event_id &&
            ledger::reread_event_id(command->event.id) != event.event_id)
            return said(event, proof::mismatch, "its bytes are those of " + command->event.id);
        if (command->event.type != event.type)
            return said(event, proof::mismatch, "its bytes are of type " + command->event.type);
        return said(event, proof::verified, std::move(detail));
    }

    bool neighbour_verifies(const ledger::event_view& event) {
        const auto neighbours = from_.page_of(ledger::events_query{
            .filter = {.period = {.to_us = event.received_at_us}}, .page = {.limit = neighbours_of_a_proof}});
        return std::any_of(neighbours.rows.begin(), neighbours.rows.end(),
                           [&](const ledger::event_view& each) {
                               if (each.endpoint != event.endpoint || !each.has_evidence)
                                   return false;
                               const auto bytes = from_.evidence(each.event_id);
                               return bytes && bytes->readable &&
                                      translator_.check_signature(each.endpoint, bytes->signature_header,
                                                                  bytes->body) == signature::matches;
                           });
    }

    ledger::reader& from_;
    const event_translator& translator_;
};

} // namespace

std::optional<ledger::payment_proof> prove_payment(ledger::reader& from, const event_translator& translator,
                                                   const std::string& payment_intent_id) {
    const auto payment = from.payment(payment_intent_id);
    if (!payment)
        return std::nullopt;
    ledger::payment_proof made{.payment_intent_id = payment_intent_id};
    prover proving(from, translator);
    for (const ledger::event_view& each : payment->events) {
        // Without an effect and without bytes nothing depends on the event.
        if (!each.has_evidence && (each.result == "ignored" || each.result == "duplicate"))
            continue;
        made.events.push_back(proving.prove(each));
        made.result = std::max(made.result, made.events.back().result);
    }
    made.faults = ledger::arithmetic_faults(*payment);
    if (!made.faults.empty())
        made.result = proof::mismatch;
    return made;
}

} // namespace tokenledger::daemon
