// The event's bytes, read again with today's configuration.
#include "event_action.hpp"

namespace tokenledger::daemon {

namespace {

admin::problem unreadable(std::string_view why) {
    return {.type = admin::problem_type::event_unreadable,
            .detail = "By today's configuration " + std::string(why) +
                      ". Mend that and reload, or dismiss the event."};
}

} // namespace

std::variant<ledger::operation, admin::problem>
complete_action(const admin::event_action& asked, ledger::reader& from, const event_translator& translator) {
    const auto stored = from.event(asked.event_id);
    if (!stored)
        return admin::unknown_event();
    if (asked.what == admin::call::dismiss || !stored->has_evidence)
        return admin::complete(asked, *stored, std::nullopt);
    const auto bytes = from.evidence(asked.event_id);
    if (!bytes || !bytes->readable)
        return unreadable("its stored bytes cannot be read");
    auto today = translator.translate(stored->endpoint, bytes->signature_header, bytes->body);
    if (const auto* why = std::get_if<std::string>(&today))
        return unreadable(*why);
    return admin::complete(asked, *stored, std::get<ledger::stripe_command>(std::move(today)));
}

} // namespace tokenledger::daemon
