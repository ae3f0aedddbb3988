// Values that an option may have or be offered, and what is said where a filter found nothing.
#pragma once

#include "client/client.hpp"
#include "command_line/options.hpp"

#include <span>
#include <string_view>

namespace tokenledger::ctl {

// Types of Stripe's events that the daemon acts on; it stores others too, as `ignored`.
[[nodiscard]] std::span<const std::string_view> handled_event_types() noexcept;

// For an empty answer: was a model, action or event type asked for that never was? Then it has been said,
// with those there are. A value that is only not in this period, or not of this user, is none of these.
[[nodiscard]] bool asks_for_unknown_usage(const context& in, const list_options& what);
[[nodiscard]] bool asks_for_unknown_event_type(const context& in, const list_options& what);

} // namespace tokenledger::ctl
