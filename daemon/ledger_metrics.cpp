// What the metrics say of the ledger.
#include "ledger_metrics.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace tokenledger::daemon {

namespace {

constexpr std::string_view transactions = "tokenledger_ledger_transactions_total";

// Which type comes from which source: the CHECK of token_transactions.
using type = ledger::transaction_type;
using ledger::source;
constexpr std::array<std::pair<type, source>, 9> combinations{{{type::purchase, source::token_pack},
                                                               {type::purchase, source::stripe},
                                                               {type::refund, source::stripe},
                                                               {type::grant, source::admin},
                                                               {type::grant, source::subscription},
                                                               {type::grant, source::trial},
                                                               {type::deduction, source::admin},
                                                               {type::deduction, source::usage},
                                                               {type::transfer, source::admin}}};

} // namespace

void declare_ledger_metrics(metrics& counters) {
    for (const auto& [of, from] : combinations)
        counters.count(transactions, {{"type", to_string(of)}, {"source", to_string(from)}}, 0);
    counters.set("tokenledger_build_info", {{"version", TOKENLEDGER_VERSION}}, 1);
}

void count_postings(metrics& counters, const ledger::outcome& from) {
    if (from.replayed)
        return;
    for (const ledger::posting& each : from.posted)
        counters.count(transactions, {{"type", to_string(each.type)}, {"source", to_string(each.source)}});
}

} // namespace tokenledger::daemon
