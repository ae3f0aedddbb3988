// Reads the bytes of a dispute's event, and logs the result.
#include "commands/reread_disputes.hpp"

#include "system/log.hpp"

#include "ledger/reread.hpp"
#include "webhook/payment_facts.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace tokenledger::daemon {

namespace {

constexpr std::int64_t events_per_line = 10'000;

// A dispute names no owner of its payment, so no catalogue is needed.
std::optional<ledger::payment_facts> facts_of(std::string_view body) {
    const webhook::parsed_event parsed = webhook::parse_event(body);
    if (!parsed.event)
        return std::nullopt;
    webhook::settlement_news news = webhook::read_settlement(*parsed.event, webhook::catalog{});
    if (!news.usable || news.facts.disputes.empty())
        return std::nullopt;
    return std::move(news.facts);
}

} // namespace

void reread_disputes(const ledger::postgres_options& database) {
    std::int64_t said = 0;
    const auto progress = [&](std::int64_t events) {
        if (events < said + events_per_line)
            return;
        said = events;
        log::info("reading the events of disputes again", {{"events", events}});
    };
    const auto done = ledger::reread_disputes({.database = database, .read = facts_of, .progress = progress});
    if (done.events > 0)
        log::info("read the events of disputes again", {{"events", done.events}, {"rows", done.posted}});
    if (done.unreadable > 0)
        log::warn("events of disputes cannot be read again", {{"events", done.unreadable}});
    if (done.left > 0)
        log::warn("disputes stay as they were settled: no bytes of their events are kept",
                  {{"disputes", done.left}});
}

} // namespace tokenledger::daemon
