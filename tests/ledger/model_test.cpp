// The planner against a deliberately naive model, on random command streams cut into random batches.
#include "ledger_checks.hpp"
#include "payment_commands.hpp"

#include "ledger/batch.hpp"
#include "ledger/memory_store.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tokenledger::ledger;
using tokenledger::test::end_command;
using tokenledger::test::ignored_command;
using tokenledger::test::parked_command;
using tokenledger::test::purchase_command;
using tokenledger::test::require_sound;
using tokenledger::test::update_command;

// What the contract says, one command at a time, with nothing clever: a payment is the list of what was said
// of it, read anew each time.
class naive_ledger {
  public:
    using verdict = std::pair<result, reason>;

    verdict take(const stripe_command& what) {
        const std::string& id = what.event.id;
        const auto before = events.find(id);
        if (claimed_.contains(id))
            return {result::duplicate, reason::none};
        brought_news_ = false;
        const verdict said =
            std::visit([&](const auto& effect) { return decide(what.event, effect); }, what.effect);
        // One that was ignored claims nothing: another endpoint may know better, or tell a fact.
        const bool tells = brought_news_ && !told_.contains(id);
        if (brought_news_)
            told_.insert(id);
        const bool was_parked = before != events.end() && before->second.first == result::parked;
        if (before != events.end() && said.first == result::ignored && (!tells || was_parked))
            return {result::duplicate, reason::none};
        if (said.first != result::ignored)
            claimed_.insert(id);
        events[id] = said;
        return said;
    }

    std::map<std::string, std::int64_t> balances;
    std::map<std::string, verdict> events; // what became of each, in the end

  private:
    std::set<std::string> claimed_;
    std::set<std::string> told_; // events that brought news of a payment
    bool brought_news_ = false;

    struct payment {
        std::optional<purchase> credit;
        std::vector<payment_facts> said;
        std::set<std::string> waiting;
        std::int64_t taken = 0;

        [[nodiscard]] payment_facts known() const {
            payment_facts all;
            for (const payment_facts& each : said)
                all = merge(all, each);
            return all;
        }
        [[nodiscard]] entitlement worth(const payment_facts& facts) const {
            return settle({.tokens = credit->tokens,
                           .received_cents = credit->amount_cents,
                           .currency = credit->currency},
                          facts);
        }
    };

    verdict decide(const stripe_event&, const ignore_event& effect) {
        return {result::ignored, effect.reason};
    }
    verdict decide(const stripe_event&, const park_event& effect) { return {result::parked, effect.reason}; }

    verdict decide(const stripe_event& event, const purchase& buys) {
        payment& of = payments_[event.payment_intent_id];
        if (of.credit) {
            if (buys.user_id.empty())
                return {result::parked, buys.refused};
            if (buys.user_id != of.credit->user_id)
                return {result::parked, reason::owner_mismatch};
            if (buys.currency != of.credit->currency)
                return {result::parked, reason::currency_mismatch};
            if (buys.amount_cents != of.credit->amount_cents)
                return {result::parked, reason::amount_mismatch};
            return {result::duplicate, reason::none};
        }
        if (buys.refused != reason::none)
            return {result::parked, buys.refused};
        of.credit = buys;
        of.said.push_back({.amount_requested_cents = buys.amount_requested_cents});
        balances[buys.user_id] += buys.tokens;
        take_back(of);
        if (of.worth(of.known()).unproven_refund)
            release(of, {result::parked, reason::partial_capture_refund});
        else
            release(of, {result::applied, reason::none});
        return {result::applied, reason::none};
    }

    verdict decide(const stripe_event& event, const payment_update& update) {
        payment& of = payments_[event.payment_intent_id];
        const payment_facts before = of.known();
        of.said.push_back(update.facts);
        const bool news = of.known() != before;
        brought_news_ = news;
        if (of.credit && update.moves_tokens) {
            take_back(of);
            payment_facts alone = update.facts;
            alone.amount_requested_cents = of.known().amount_requested_cents;
            const bool unproven = of.worth(of.known()).unproven_refund; // what came before may prove it
            if (news && unproven && of.worth(alone).unproven_refund)
                return {result::parked, reason::partial_capture_refund};
            return {news ? result::applied : result::duplicate, reason::none};
        }
        if (of.credit)
            return {result::ignored, reason::none};
        if (of.known().canceled || of.known().foreign) {
            release(of, {result::ignored, reason::none});
            return {result::ignored, reason::none};
        }
        if (!news)
            return {result::duplicate, reason::none};
        of.waiting.insert(event.id);
        return {result::waiting, reason::none};
    }

    void take_back(payment& of) {
        const std::int64_t taken = of.worth(of.known()).taken_tokens;
        balances[of.credit->user_id] -= taken - of.taken;
        of.taken = taken;
    }
    void release(payment& of, const verdict& becomes) {
        for (const std::string& event : of.waiting)
            events[event] = becomes;
        of.waiting.clear();
    }

    std::map<std::string, payment> payments_;
};

// A refund, a dispute or the end of a payment, as chance has it.
command random_update(std::mt19937_64& random, const std::string& event, const std::string& payment) {
    const auto pick = [&](std::uint64_t below) { return static_cast<std::int64_t>(random() % below); };
    payment_facts facts;
    switch (pick(8)) {
    case 0:
        return end_command(event, payment, {.canceled = true});
    case 1:
        return end_command(event, payment, {.foreign = true});
    case 2:
        facts.foreign = pick(4) == 0;
        [[fallthrough]];
    case 3:
        facts.refunded_cumulative_cents = pick(1000);
        break;
    case 4: {
        dispute_fact& dispute = facts.disputes["dp_" + std::to_string(pick(2))];
        dispute.amount_cents = pick(1000);
        dispute.funds_withdrawn = pick(2) == 0;
        dispute.funds_reinstated = pick(4) == 0;
        dispute.status = static_cast<dispute_status>(pick(4));
        break;
    }
    default:
        facts.refunds["re_" + std::to_string(pick(3))] = {.amount_cents = pick(500),
                                                          .status = static_cast<refund_status>(pick(5) == 0),
                                                          .moved_money = pick(4) != 0};
    }
    return update_command(event, payment, facts);
}

std::vector<command> random_stream(std::mt19937_64& random, std::size_t length) {
    const auto pick = [&](std::uint64_t below) { return static_cast<std::int64_t>(random() % below); };
    std::vector<command> stream;
    for (std::size_t i = 0; i < length; ++i) {
        const std::string event = "evt_" + std::to_string(pick(length));
        const std::string payment = "pi_" + std::to_string(pick(length / 2 + 1));
        switch (pick(8)) {
        case 0:
            stream.emplace_back(ignored_command(event));
            break;
        case 1:
            stream.emplace_back(parked_command(event, reason::bad_payload));
            break;
        case 2:
        case 3:
        case 4:
        case 5:
            stream.emplace_back(random_update(random, event, payment));
            break;
        default:
            stream.emplace_back(
                purchase_command(event, payment,
                                 {.user = "user_" + std::to_string(pick(3)),
                                  .tokens = 1 + pick(1000),
                                  .amount_cents = 900 + pick(2),
                                  .currency = pick(10) == 0 ? "eur" : "usd",
                                  .refused = pick(6) == 0 ? reason::unknown_pack : reason::none}));
            if (auto& made = std::get<purchase>(std::get<stripe_command>(stream.back()).effect);
                pick(4) == 0 && made.user_id == "user_0")
                made.amount_requested_cents = 1000; // captured in part
        }
    }
    return stream;
}

void require_agreement(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const std::vector<command> stream = random_stream(random, 1 + random() % 60);
    const auto database = std::make_shared<memory_database>();
    const auto where = make_memory_store(database);
    naive_ledger naive;
    for (std::size_t at = 0; at < stream.size();) {
        const std::size_t count = std::min<std::size_t>(1 + random() % 9, stream.size() - at);
        const auto outcomes = run_batch(*where, std::span(stream).subspan(at, count));
        BOOST_REQUIRE_EQUAL(outcomes.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto expected = naive.take(std::get<stripe_command>(stream[at + i]));
            BOOST_REQUIRE_MESSAGE(
                (outcomes[i].result == expected.first && outcomes[i].reason == expected.second),
                "seed " << seed << ", command " << at + i << ": " << to_string(outcomes[i].result)
                        << " instead of " << to_string(expected.first));
        }
        at += count;
        database->now_us += static_cast<std::int64_t>(random() % 3) - 1;
    }

    require_sound(*database);
    for (const auto& [user, balance] : naive.balances)
        BOOST_REQUIRE_EQUAL(database->accounts.find(user)->second.balance, balance);
    BOOST_REQUIRE_EQUAL(database->events.size(), naive.events.size());
    for (const auto& [id, event] : database->events)
        BOOST_REQUIRE_MESSAGE((naive_ledger::verdict{event.result, event.reason} == naive.events.at(id)),
                              "seed " << seed << ", " << id << ": " << to_string(event.result)
                                      << " instead of " << to_string(naive.events.at(id).first));
}

BOOST_AUTO_TEST_SUITE(planner_and_model)

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fixed_random_streams) {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed)
        require_agreement(seed);
}

BOOST_AUTO_TEST_CASE(planner_and_naive_model_agree_on_fresh_random_streams) {
    const std::uint64_t first = std::random_device{}();
    BOOST_TEST_MESSAGE("first seed: " << first);
    for (std::uint64_t seed = first; seed < first + 2000; ++seed)
        require_agreement(seed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
