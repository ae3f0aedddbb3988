// From the number of an event to the ledger's command for it.
#include "purchase_maker.hpp"

#include "event_names.hpp"

#include "webhook/event.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

namespace tokenledger::bench {

purchase_maker::purchase_maker(const load_options& options)
    : options_(options),
      maker_(options_),
      header_("t=" + std::to_string(first_created) + ",v1=" + std::string(64, '0')) {
    catalog_.packs["starter"] = {.tokens = pack_tokens,
                                 .prices = {{"usd", {.amount = pack_cents, .minimum = pack_cents}}}};
    endpoint_.path = options_.path;
}

ledger::stripe_command purchase_maker::command(std::uint64_t index) {
    const std::string_view body = maker_.body(index);
    std::uint64_t noise = options_.first + index;
    put_noise(header_.data() + header_.size() - 64, 64, noise, "0123456789abcdef");
    const webhook::parsed_event parsed = webhook::parse_event(body);
    if (!parsed.event)
        throw std::logic_error("the load's own event cannot be parsed");
    auto made = webhook::translate(*parsed.event, endpoint_, catalog_, header_, body);
    return std::get<ledger::stripe_command>(std::move(made));
}

} // namespace tokenledger::bench
