// Reads the event's bytes again with today's configuration.
#include "services/event_action.hpp"

#include "admin/fields.hpp"
#include "webhook/catalog.hpp"

#include <utility>

namespace tokenledger::daemon {

namespace {

admin::problem unreadable(std::string_view why) {
    return {.type = admin::problem_type::event_unreadable,
            .detail = "By today's configuration " + std::string(why) +
                      ". Mend that and reload, or dismiss the event."};
}

static_assert(admin::max_quantity == webhook::max_quantity);

// The tokens of a named pack in the catalogue of the event's endpoint.
std::variant<ledger::operation, admin::problem> with_pack(ledger::operation made,
                                                          const admin::event_action& asked,
                                                          const ledger::event_view& stored,
                                                          const event_translator& translator) {
    const auto found = translator.open_pack(stored.endpoint, asked.pack, asked.quantity);
    if (!found)
        return unreadable("no endpoint is configured at " + stored.endpoint);
    if (auto wrong = admin::resolve_pack(
            made, asked, {.catalog = found->catalog, .tokens = found->tokens, .lifetime = found->lifetime}))
        return std::move(*wrong);
    return made;
}

} // namespace

std::variant<ledger::operation, admin::problem> complete_event_action(const admin::event_action& asked,
                                                                      ledger::reader& from,
                                                                      const event_translator& translator) {
    const auto stored = from.event(asked.event_id);
    if (!stored)
        return admin::unknown_event();
    const auto completed = [&](const std::optional<ledger::stripe_command>& today)
        -> std::variant<ledger::operation, admin::problem> {
        ledger::operation made = admin::complete(asked, *stored, today);
        if (asked.pack.empty())
            return made;
        return with_pack(std::move(made), asked, *stored, translator);
    };
    if (asked.what == admin::call::dismiss || !stored->has_evidence)
        return completed(std::nullopt);
    const auto bytes = from.evidence(asked.event_id);
    if (!bytes || !bytes->readable)
        return unreadable("its stored bytes cannot be read");
    auto today = translator.translate(stored->endpoint, bytes->signature_header, bytes->body);
    if (const auto* why = std::get_if<std::string>(&today))
        return unreadable(*why);
    return completed(std::get<ledger::stripe_command>(std::move(today)));
}

} // namespace tokenledger::daemon
