// The webhook's own functions, without the clock: a stored event was fresh when it arrived.
#include "services/endpoints.hpp"

#include "webhook/event.hpp"

#include <array>
#include <stdexcept>

namespace tokenledger::daemon {

endpoint_rules rules_of(const config& from, const endpoint_config& endpoint) {
    const auto prices = from.catalogs.find(endpoint.catalog);
    if (prices == from.catalogs.end())
        throw std::invalid_argument("endpoint " + endpoint.policy.path + " has no catalogue");
    return {endpoint.policy, prices->second, endpoint.verifier};
}

event_translator::event_translator(const config& from) {
    for (const endpoint_config& each : from.webhook.endpoints)
        endpoints_.emplace(each.policy.path, rules_of(from, each));
}

event_translator::translation event_translator::translate(std::string_view endpoint,
                                                          std::string_view signature_header,
                                                          std::string_view body) const {
    const auto at = endpoints_.find(endpoint);
    if (at == endpoints_.end())
        return "no endpoint is configured at " + std::string(endpoint);
    const webhook::parsed_event parsed = webhook::parse_event(body);
    if (!parsed.event)
        return "its body is not an event: " + std::string(parsed.why);
    auto made =
        webhook::translate(*parsed.event, at->second.policy, at->second.prices, signature_header, body);
    if (auto* command = std::get_if<ledger::stripe_command>(&made))
        return std::move(*command);
    return std::string("it is a thin event");
}

std::optional<event_translator::pack_contents>
event_translator::open_pack(std::string_view endpoint, std::string_view pack, std::int64_t quantity) const {
    const auto at = endpoints_.find(endpoint);
    if (at == endpoints_.end())
        return std::nullopt;
    const webhook::catalog& prices = at->second.prices;
    pack_contents made{.catalog = prices.name};
    const auto found = prices.packs.find(pack);
    if (found == prices.packs.end() ||
        __builtin_mul_overflow(found->second.tokens, quantity, &made.tokens)) // never: a pack has limits
        made.tokens = 0;
    else
        made.lifetime = found->second.lifetime;
    return made;
}

event_translator::signature event_translator::check_signature(std::string_view endpoint,
                                                              std::string_view signature_header,
                                                              std::string_view body) const {
    const std::array fields{signature_header};
    const webhook::parsed_signature parsed = webhook::parse_signature(fields);
    if (parsed.error != webhook::signature_error::none || body.empty())
        return signature::unreadable;
    if (const auto at = endpoints_.find(endpoint);
        at != endpoints_.end() && signed_for(at->second, parsed.header, body))
        return signature::matches;
    for (const auto& [path, each] : endpoints_) {
        if (path != endpoint && signed_for(each, parsed.header, body))
            return signature::matches_another;
    }
    return signature::no_secret;
}

bool event_translator::signed_for(const endpoint_rules& endpoint, const webhook::signature_header& header,
                                  std::string_view body) {
    if (!endpoint.verifier)
        return false;
    // A copy, because the webhook's verifier would make the webhook wait.
    const webhook::verdict said = endpoint.verifier->copy().verify(header, body, header.timestamp);
    return said.error == webhook::signature_error::none;
}

} // namespace tokenledger::daemon
