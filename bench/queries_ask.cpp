// Runs every query of the reader on a large ledger, and prints the time of each. bench/queries creates the
// ledger, and reads the plans from the server's log, where application_name identifies the query.
#include "ledger/postgres_reader.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tokenledger::ledger;

constexpr std::int64_t us_per_day = 86'400'000'000;
constexpr std::int64_t new_year_us = 1'767'225'600'000'000; // 2026-01-01, when the ledger begins

struct question {
    std::string name;
    std::function<std::size_t(reader&)> ask; // returns the number of rows
};

// The first page, one in the middle, and one forward. Names are part of the report.
template <class List>
void add_pages(std::vector<question>& to, const std::string& name, List list) {
    to.push_back(
        {name + ", newest", [list](reader& from) { return list(from, page_request{}).rows.size(); }});
    to.push_back({name + ", further back", [list](reader& from) {
                      const std::string next = list(from, page_request{.limit = max_page_limit}).next;
                      if (next.empty())
                          return std::size_t{0};
                      return list(from, page_request{.cursor = next}).rows.size();
                  }});
    to.push_back({name + ", oldest", [list](reader& from) {
                      return list(from, page_request{.order = page_order::oldest_first}).rows.size();
                  }});
}

void add_transactions(std::vector<question>& to, const std::string& name, const transaction_filter& filter) {
    add_pages(to, name, [filter](reader& from, const page_request& ask) {
        return from.page_of(transactions_query{filter, ask});
    });
}

void add_lists(std::vector<question>& to, const std::string& user, const period& day) {
    add_transactions(to, "history", {});
    add_transactions(to, "history of a day", {.period = day});
    add_transactions(to, "history of refunds", {.type = transaction_type::refund});
    add_transactions(to, "history of operators", {.source = source::admin});
    for (const std::string& who : {user, std::string("user_hot")}) {
        add_transactions(to, "history of " + who, {.user_id = who});
        add_transactions(to, "history of " + who + ", a day", {.user_id = who, .period = day});
        add_pages(to, "usage of " + who, [who](reader& from, const page_request& ask) {
            return from.page_of(usage_query{{.user_id = who}, ask});
        });
        add_pages(to, "activity of " + who, [who](reader& from, const page_request& ask) {
            return from.page_of(activity_query{{.user_id = who}, ask});
        });
    }
    add_pages(to, "purchases", [](reader& from, const page_request& ask) {
        return from.page_of(purchases_query{{}, ask});
    });
    add_pages(to, "usage", [](reader& from, const page_request& ask) {
        return from.page_of(usage_query{{}, ask});
    });
    add_pages(to, "usage by action and model", [](reader& from, const page_request& ask) {
        return from.page_of(usage_query{{.action_type = "chat", .model_used = "model_1"}, ask});
    });
    add_pages(to, "activity", [](reader& from, const page_request& ask) {
        return from.page_of(activity_query{{}, ask});
    });
    add_pages(to, "events", [](reader& from, const page_request& ask) {
        return from.page_of(events_query{{}, ask});
    });
    for (const std::string result : {"applied", "parked", "waiting", "expired"})
        add_pages(to, "events " + result, [result](reader& from, const page_request& ask) {
            return from.page_of(events_query{{.result = result}, ask});
        });
}

std::vector<question> questions(const transaction_view& refund) {
    const std::string user = refund.user_id;
    const std::string payment = refund.payment_intent_id;
    const period day{.from_us = new_year_us + us_per_day / 8, .to_us = new_year_us + us_per_day / 4};
    std::vector<question> all;
    for (const std::string& who : {user, std::string("user_hot")}) {
        all.push_back({"account " + who, [who](reader& from) { return from.account(who) ? 1U : 0U; }});
        all.push_back({"account " + who + " at a time",
                       [who, day](reader& from) { return from.balance_at_time(who, *day.to_us) ? 1U : 0U; }});
        all.push_back({"account " + who + " at a sequence",
                       [who](reader& from) { return from.balance_at_sequence(who, 1) ? 1U : 0U; }});
    }
    all.push_back(
        {"payment", [payment](reader& from) { return from.payment(payment).value().events.size(); }});
    all.push_back({"events of a payment", [payment](reader& from) {
                       return from.page_of(events_query{{.payment_intent_id = payment}, {}}).rows.size();
                   }});
    const std::string event = refund.event_id;
    all.push_back({"event", [event](reader& from) { return from.event(event) ? 1U : 0U; }});
    all.push_back({"evidence", [event](reader& from) { return from.evidence(event) ? 1U : 0U; }});
    add_lists(all, user, day);
    const period hour{.from_us = day.from_us, .to_us = *day.from_us + us_per_day / 24};
    all.push_back({"report of an hour, transactions", [hour](reader& from) {
                       return from.transaction_report({.period = hour}, report_span::day).size();
                   }});
    all.push_back({"report of an hour, usage", [hour](reader& from) {
                       return from.usage_report({.period = hour}, report_span::day).size();
                   }});
    all.push_back(
        {"report of user_hot, an hour", [hour](reader& from) {
             return from.usage_report({.user_id = "user_hot", .period = hour}, report_span::day).size();
         }});
    return all;
}

double milliseconds_of(const std::function<void()>& what) {
    const auto began = std::chrono::steady_clock::now();
    what();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

void ask_all(const std::string& url) {
    const postgres_options options{.url = url, .statement_timeout = std::chrono::minutes(2)};
    const auto first = make_postgres_reader(options);
    const transaction_view refund =
        first->page_of(transactions_query{{.type = transaction_type::refund}, {.limit = 1}}).rows.at(0);
    int number = 0;
    for (const question& each : questions(refund)) {
        postgres_options own = options;
        own.url += "&application_name=q" + std::to_string(number);
        const auto from = make_postgres_reader(own);
        std::size_t rows = 0;
        const double cold = milliseconds_of([&] { rows = each.ask(*from); });
        // Again, on the connection that is open now.
        const double warm = milliseconds_of([&] { static_cast<void>(each.ask(*from)); });
        std::printf("q%d\t%s\t%zu\t%.2f\t%.2f\n", number, each.name.c_str(), rows, cold, warm);
        ++number;
    }
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: tokenledger_ask URL\n", stderr);
        return 2;
    }
    try {
        ask_all(arguments[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tokenledger_ask: %s\n", error.what());
        return 1;
    }
}
