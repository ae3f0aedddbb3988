// Writes the answers of the webhook.
#include "webhook/reply.hpp"

#include "json/writer.hpp"

namespace tokenledger::webhook {
namespace {

constexpr std::string_view rejected = "rejected";
constexpr std::string_view thin_event_detail = "A thin event does not say what was paid. In Stripe's "
                                               "dashboard open Workbench, Webhooks; create a destination "
                                               "with the payload style \"Snapshot\", the same events and "
                                               "this URL; configure its signing secret here; then "
                                               "delete the thin destination.";

reply make(unsigned status, std::string_view result, std::string_view reason, std::string_view event_id,
           std::string_view detail = {}) {
    json_writer out;
    out.begin_object().member_if("result", result).member_if("event", event_id);
    out.member_if("reason", reason).member_if("detail", detail).end_object();
    return {.status = status,
            .body = out.text(),
            .retry_after = status == 503,
            .result = result,
            .reason = reason};
}

} // namespace

reply reply_for(const ledger::outcome& outcome, std::string_view event_id) {
    return make(200, ledger::to_string(outcome.result), ledger::to_string(outcome.reason), event_id);
}

reply unavailable_reply(std::string_view event_id) {
    return make(503, "unavailable", {}, event_id);
}

reply rejected_reply(unsigned status) {
    return make(status, rejected, {}, {});
}

reply bad_event_reply() {
    return make(400, rejected, "bad_event", {});
}

reply thin_event_reply(bool handled, std::string_view event_id) {
    return handled ? make(422, rejected, "thin_event", event_id, thin_event_detail)
                   : make(200, ledger::to_string(ledger::result::ignored), {}, event_id);
}

} // namespace tokenledger::webhook
