// Follows the order of the contract's first table, up to the ledger.
#include "services/webhook.hpp"

#include "http/client_address.hpp"
#include "services/endpoints.hpp"
#include "system/log.hpp"

#include "webhook/event.hpp"
#include "webhook/translate.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tokenledger::daemon {

namespace {

namespace http = boost::beast::http;
using steady = std::chrono::steady_clock;

webhook::parsed_signature signature_of(const http_head& head) {
    std::vector<std::string_view> fields;
    const auto range = head.equal_range("Stripe-Signature");
    for (auto field = range.first; field != range.second; ++field)
        fields.emplace_back(field->value());
    return webhook::parse_signature(fields);
}

http_reply to_http(webhook::reply reply) {
    return {.status = reply.status,
            .body = std::move(reply.body),
            .retry_after_seconds = reply.retry_after ? webhook::retry_after_seconds : 0};
}

// The log line of an event, whatever its outcome.
void log_event(const ledger::stripe_event& event, const webhook::reply& reply, const ledger::outcome* outcome,
               steady::duration took) {
    const auto* posted = outcome != nullptr && !outcome->posted.empty() ? &outcome->posted.back() : nullptr;
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    log::write_soon(log::level::info, "event",
                    {{"event", event.id},
                     {"type", event.type},
                     {"payment_intent", event.payment_intent_id},
                     {"result", reply.result},
                     {"reason", reply.reason},
                     {"user", posted != nullptr ? posted->user_id : std::string()},
                     {"tokens", posted != nullptr ? std::to_string(posted->token_amount) : std::string()},
                     {"balance", posted != nullptr ? std::to_string(posted->balance_after) : std::string()},
                     {"status", reply.status},
                     {"duration_us", us}});
}

} // namespace

struct webhook_service::endpoint : endpoint_rules {
    struct secret_use {
        std::string name;             // of its file
        std::string fingerprint;      // identifies the secret after a reload, under any file name
        std::int64_t last_used_s = 0; // 0: not since the start
    };
    std::vector<secret_use> uses; // in the order of the verifier's secrets

    [[nodiscard]] std::int64_t last_use_s(std::string_view fingerprint) const {
        const auto found = std::ranges::find(uses, fingerprint, &secret_use::fingerprint);
        return found == uses.end() ? 0 : found->last_used_s;
    }

    void tell(const secret_use& use, metrics& counters) const {
        counters.secret_last_used.with(policy.path, use.name).Set(static_cast<double>(use.last_used_s));
    }
};

webhook_service::webhook_service(const config& from, ledger::command_sink& ledger, metrics& counters,
                                 wall_clock now)
    : ledger_(ledger),
      counters_(counters),
      now_(std::move(now)),
      endpoints_(make_endpoints(from)),
      rejections_(from.log.rejections_per_minute),
      trusted_proxies_(from.webhook.trusted_proxies) {
    for (const auto& [path, served] : endpoints_) {
        for (const endpoint::secret_use& each : served.uses)
            served.tell(each, counters_);
    }
}

webhook_service::~webhook_service() = default;

webhook_service::endpoint_map webhook_service::make_endpoints(const config& from) {
    endpoint_map made;
    for (const endpoint_config& each : from.webhook.endpoints) {
        if (!each.verifier || each.secret_names.size() != each.verifier->secret_count())
            throw std::invalid_argument("endpoint " + each.policy.path + " has no secrets that can be used");
        endpoint& served = made.emplace(each.policy.path, endpoint{rules_of(from, each), {}}).first->second;
        for (std::size_t i = 0; i < each.secret_names.size(); ++i)
            served.uses.push_back({each.secret_names[i], each.verifier->fingerprint(i)});
    }
    return made;
}

void webhook_service::reload(const config& from) {
    endpoint_map before = std::exchange(endpoints_, make_endpoints(from));
    ++generation_;
    counters_.secret_last_used.clear();
    for (auto& [path, served] : endpoints_) {
        const auto old = before.find(path);
        for (endpoint::secret_use& each : served.uses) {
            if (old != before.end())
                each.last_used_s = old->second.last_use_s(each.fingerprint);
            served.tell(each, counters_);
        }
    }
    rejections_ = rejection_log(from.log.rejections_per_minute);
    trusted_proxies_ = from.webhook.trusted_proxies;
}

http_handlers webhook_service::handlers() {
    return {.admit =
                [this](const http_head& head, const http_peer& peer) {
                    return admit({head, peer});
                },
            .fault = [this](http_fault what) { return fault(what); },
            .replied = duration_observer(counters_, "webhook"),
            .delivered = log::flush};
}

webhook_service::endpoint* webhook_service::endpoint_of(const http_head& head) {
    const auto at = endpoints_.find(path_of(head));
    return at == endpoints_.end() ? nullptr : &at->second;
}

http_handlers::admitted webhook_service::admit(const origin& from) {
    const http_head& head = from.head;
    endpoint* const at = endpoint_of(head);
    if (at == nullptr)
        return reject(to_http(webhook::rejected_reply(404)), "not_found", {}, &from);
    if (head.method() != http::verb::post) {
        http_reply reply = to_http(webhook::rejected_reply(405));
        reply.allow = "POST";
        return reject(std::move(reply), "method", {}, &from);
    }
    auto signature = signature_of(head);
    if (signature.error != webhook::signature_error::none)
        return reject(to_http(webhook::rejected_reply(400)), webhook::to_string(signature.error), {}, &from);
    return [this, request = admitted_request{from, std::move(signature.header), at, generation_}](
               const std::string& body, steady::time_point deadline, respond_fn respond) {
        return handle(request, body, deadline, std::move(respond));
    };
}

http_handlers::handled webhook_service::handle(const admitted_request& request, const std::string& body,
                                               steady::time_point deadline, respond_fn respond) {
    const origin& from = request.from;
    endpoint* const at = request.generation == generation_ ? request.at : endpoint_of(from.head);
    if (at == nullptr) // a reload removed it after admit
        return reject(to_http(webhook::rejected_reply(404)), "not_found", {}, &from);
    endpoint& served = *at;

    const auto now = now_();
    const webhook::verdict verdict = served.verifier->verify(request.signature, body, now);
    if (verdict.error != webhook::signature_error::none)
        return reject(to_http(webhook::rejected_reply(400)), webhook::to_string(verdict.error), {}, &from);
    // Once a second is enough, and saves the lock otherwise.
    if (endpoint::secret_use& use = served.uses[verdict.secret]; use.last_used_s != now) {
        use.last_used_s = now;
        served.tell(use, counters_);
    }

    webhook::parsed_event parsed = webhook::parse_event(body);
    if (!parsed.event) {
        log::error("bad_event", {{"endpoint", served.policy.path}, {"why", parsed.why}});
        counters_.webhook_rejected.with("bad_event").Increment();
        return to_http(webhook::bad_event_reply());
    }
    auto translated =
        webhook::translate(*parsed.event, served.policy, served.prices, from.head["Stripe-Signature"], body);
    const webhook::event_type type = parsed.event->type;
    if (const auto* thin = std::get_if<webhook::thin_event>(&translated)) {
        const webhook::reply reply = webhook::thin_event_reply(thin->handled, parsed.event->id);
        counters_.webhook_events.with(reply.result, type).Increment();
        if (thin->handled)
            return reject(to_http(reply), "thin_event", parsed.event->id, &from);
        return to_http(reply);
    }
    return submit(std::get<ledger::stripe_command>(std::move(translated)), type, deadline,
                  std::move(respond));
}

http_handlers::handled webhook_service::submit(ledger::stripe_command command, webhook::event_type type,
                                               steady::time_point deadline, respond_fn respond) {
    // The event's names outlive the command, for log and reply; its evidence does not.
    auto event = std::make_shared<ledger::stripe_event>();
    event->id = command.event.id;
    event->type = command.event.type;
    event->payment_intent_id = command.event.payment_intent_id;

    auto done = [this, event, type, begun = steady::now(),
                 respond = std::move(respond)](const ledger::completion& completed) {
        const auto* outcome = std::get_if<ledger::outcome>(&completed);
        const webhook::reply reply = outcome != nullptr ? webhook::reply_for(*outcome, event->id)
                                                        : webhook::unavailable_reply(event->id);
        counters_.webhook_events.with(reply.result, type).Increment();
        if (outcome != nullptr && outcome->result == ledger::result::ignored && !reply.reason.empty())
            counters_.webhook_mismatches.with(reply.reason).Increment();
        if (outcome != nullptr)
            counters_.count_postings(*outcome);
        log_event(*event, reply, outcome, steady::now() - begun);
        respond(to_http(reply));
    };
    const ledger::admission taken = ledger_.submit(std::move(command), deadline, std::move(done));
    if (taken == ledger::admission::accepted)
        return [event] { return to_http(webhook::unavailable_reply(event->id)); };

    const webhook::reply unavailable = webhook::unavailable_reply(event->id);
    counters_.webhook_events.with(unavailable.result, type).Increment();
    return reject(to_http(unavailable), taken == ledger::admission::queue_full ? "queue_full" : "stopping",
                  event->id);
}

http_reply webhook_service::fault(http_fault what) {
    const unsigned status = status_of(what);
    http_reply reply =
        to_http(status == 503 ? webhook::unavailable_reply({}) : webhook::rejected_reply(status));
    return reject(std::move(reply), to_string(what));
}

std::string webhook_service::client_of(const origin& from) const {
    std::vector<std::string_view> forwarded;
    const auto fields = from.head.equal_range("X-Forwarded-For");
    for (auto field = fields.first; field != fields.second; ++field)
        forwarded.push_back(field->value());
    return client_address(from.peer.address, forwarded, trusted_proxies_);
}

// Counts and logs; the reply itself never gives a stranger the reason.
http_reply webhook_service::reject(http_reply reply, std::string_view reason, std::string_view detail,
                                   const origin* from) {
    counters_.webhook_rejected.with(reason).Increment();
    const auto line = rejections_.next(steady::now());
    if (line.write)
        log::warn("rejected", {{"reason", reason},
                               {"event", detail},
                               {"client", from != nullptr ? client_of(*from) : std::string()},
                               {"status", reply.status},
                               {"suppressed", line.suppressed > 0 ? std::to_string(line.suppressed) : ""}});
    return reply;
}

} // namespace tokenledger::daemon
