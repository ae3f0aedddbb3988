// The proof of a payment, and the result of a verification, as JSON.
#include "reply/json.hpp"

#include "base/time.hpp"

namespace tokenledger::admin {

void write(json_writer& out, const ledger::event_proof& proven) {
    out.begin_object().member("event_id", proven.event_id).member("result", ledger::to_string(proven.result));
    out.member_if("detail", proven.detail).end_object();
}

void write(json_writer& out, const ledger::payment_proof& proven) {
    out.begin_object().member("stripe_payment_intent_id", proven.payment_intent_id);
    out.member("result", ledger::to_string(proven.result));
    write_array(out, "events", proven.events);
    out.key("faults").begin_array();
    for (const std::string& each : proven.faults)
        out.string(each);
    out.end_array().end_object();
}

void write(json_writer& out, const audit_view::discrepancy& found) {
    out.begin_object().member("check", found.check).member_if("user_id", found.user_id);
    out.member_if("sequence", found.sequence).member_if("stripe_payment_intent_id", found.payment_intent_id);
    out.member_if("event_id", found.event_id).member("expected", found.expected).member("found", found.found);
    out.end_object();
}

void write(json_writer& out, const audit_view& found) {
    out.begin_object().member("accounts", found.accounts).member("transactions", found.transactions);
    out.member("payments", found.payments).member("events", found.events);
    out.member("discrepancies", found.discrepancies);
    write_array(out, "shown", found.shown);
    out.end_object();
}

} // namespace tokenledger::admin
