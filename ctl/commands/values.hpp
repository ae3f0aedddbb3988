// Known values of options, and messages for filters that found nothing.
#pragma once

#include "client/client.hpp"
#include "command_line/options.hpp"

#include <span>
#include <string_view>

namespace tokenledger::ctl {

// Types of Stripe's events that the daemon acts on; it stores others too, as `ignored`.
[[nodiscard]] std::span<const std::string_view> handled_event_types() noexcept;

// For an empty answer: true if a filter names a model, action or event type that never occurred; then a
// message with the known values was printed. False if the value only does not occur in this period or for
// this user.
[[nodiscard]] bool asks_for_unknown_usage(const context& in, const list_options& what);
[[nodiscard]] bool asks_for_unknown_event_type(const context& in, const list_options& what);

} // namespace tokenledger::ctl
