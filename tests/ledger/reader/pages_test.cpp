// Walks through the pages of a list return exactly its rows, in order, while rows are added.
#include "payment_commands.hpp"
#include "reader_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <random>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

using strings = std::vector<std::string>;

std::string name_of(const ledger::transaction_view& row) {
    return row.user_id + " " + std::to_string(row.sequence);
}
std::string name_of(const ledger::purchase_view& row) {
    return name_of(row.transaction) + " " + std::to_string(row.refunded_tokens);
}
std::string name_of(const ledger::usage_view& row) {
    return row.user_id + " " + row.request_id;
}
std::string name_of(const ledger::activity_view& row) {
    return (row.transaction ? name_of(*row.transaction) : "-") + "/" +
           (row.usage ? name_of(*row.usage) : "-");
}
std::string name_of(const ledger::event_view& row) {
    return row.event_id;
}

template <class Row>
strings names_of(const std::vector<Row>& rows) {
    strings made;
    for (const Row& row : rows)
        made.push_back(name_of(row));
    return made;
}

// Random commands of all kinds, for few users so that they collide.
class random_life {
  public:
    random_life(std::uint64_t seed, std::string name) : random_(seed), name_(std::move(name)) {}

    std::vector<ledger::command> batch() {
        std::vector<ledger::command> made;
        const std::size_t size = 1 + random_() % 12;
        while (made.size() < size)
            add(made);
        return made;
    }

  private:
    std::string user() { return "user_" + std::to_string(random_() % 4); }
    std::string id() { return name_ + std::to_string(++count_); }

    void add(std::vector<ledger::command>& to) {
        const auto tokens = static_cast<std::int64_t>(1 + random_() % 50);
        switch (random_() % 8) {
        case 0:
            to.push_back(request(id(), {granting(user(), tokens)}));
            return;
        case 1:
            to.push_back(request(id(), {granting(user(), tokens, ledger::grant_source::trial, id())}));
            return;
        case 2:
            to.push_back(request(id(), {deducting(user(), tokens, true)}));
            return;
        case 3:
            to.push_back(request(id(), {moving(user(), user(), tokens)})); // refused to oneself
            return;
        case 4:
            to.push_back(ignored_command(id()));
            return;
        case 5:
        case 6: {
            ledger::usage used = using_up(id(), user(), static_cast<std::int64_t>(random_() % 2));
            used.action_type = random_() % 3 == 0 ? "image" : "chat";
            to.push_back(lone_usage(used));
            return;
        }
        default: {
            sale sold = any_sale(random_, "pi_" + id(), 1000, 6);
            sold.user = user();
            std::vector<ledger::command> events = deliveries(random_, sold);
            std::shuffle(events.begin(), events.end(), random_);
            to.insert(to.end(), events.begin(), events.end());
        }
        }
    }

    std::mt19937_64 random_;
    std::string name_;
    int count_ = 0;
};

struct living_ledger : reader_fixture {
    static void live(ledger::store& where, random_life& life) {
        const std::vector<ledger::command> batch = life.batch();
        for (;;) {
            try {
                static_cast<void>(ledger::run_batch(where, batch));
                return;
            } catch (const ledger::store_error& error) {
                if (error.failure() != ledger::store_failure::conflict)
                    throw;
            }
        }
    }

    strings column(const std::string& sql) {
        strings made;
        for (const auto& row : database.session().rows(sql))
            made.push_back(row.front().value());
        return made;
    }

    // `select` returns the expected rows, oldest first.
    template <class Row>
    void check(const std::string& select, const list_fn<Row>& list) {
        BOOST_TEST_CONTEXT(select) {
            const std::size_t limit = 1 + limits_() % 17;
            const auto add = [this] { live(*store, life_); };
            strings expected = column(select);
            std::reverse(expected.begin(), expected.end());
            BOOST_TEST(names_of(walk<Row>(list, newest_first, limit, add)) == expected,
                       boost::test_tools::per_element());
            int adding = 3;
            const strings forward = names_of(walk<Row>(list, oldest_first, limit, [&] {
                if (--adding > 0)
                    add();
            }));
            BOOST_TEST(forward == column(select), boost::test_tools::per_element());
            BOOST_TEST(forward.size() >= expected.size());
        }
    }

    void check_transactions(const ledger::transaction_filter& filter, const std::string& where) {
        check<ledger::transaction_view>(
            "SELECT user_id || ' ' || sequence FROM tokenledger.token_transactions WHERE " + where +
                " ORDER BY created_at, user_id, sequence",
            [&](const auto& ask) {
                return reader->page_of(ledger::transactions_query{filter, ask});
            });
    }
    void check_usage(const ledger::usage_filter& filter, const std::string& where) {
        check<ledger::usage_view>("SELECT user_id || ' ' || request_id FROM tokenledger.token_usage WHERE " +
                                      where + " ORDER BY created_at, user_id, request_id",
                                  [&](const auto& ask) {
                                      return reader->page_of(ledger::usage_query{filter, ask});
                                  });
    }
    void check_activity(const ledger::activity_filter& filter, const std::string& where) {
        check<ledger::activity_view>(
            "SELECT name FROM (SELECT t.created_at, t.user_id, 0, t.sequence, '',"
            " t.user_id || ' ' || t.sequence || '/' || coalesce(u.user_id || ' ' || u.request_id, '-')"
            " FROM tokenledger.token_transactions t LEFT JOIN tokenledger.token_usage u"
            " ON (u.user_id, u.request_id) = (t.user_id, t.usage_request_id)"
            " UNION ALL SELECT created_at, user_id, 1, 0, request_id, '-/' || user_id || ' ' || request_id"
            " FROM tokenledger.token_usage WHERE deduction_sequence IS NULL)"
            " AS both_tables (created_at, user_id, kind, sequence, request_id, name) WHERE " +
                where + " ORDER BY created_at, user_id, kind, sequence, request_id",
            [&](const auto& ask) {
                return reader->page_of(ledger::activity_query{filter, ask});
            });
    }
    void check_events(const ledger::event_filter& filter, const std::string& where) {
        check<ledger::event_view>("SELECT event_id FROM tokenledger.stripe_events WHERE " + where +
                                      " ORDER BY received_at, event_id",
                                  [&](const auto& ask) {
                                      return reader->page_of(ledger::events_query{filter, ask});
                                  });
    }

    void settle_in() {
        for (int i = 0; i < 30; ++i)
            live(*store, life_);
    }

    random_life life_{20261122, "a"};
    std::mt19937 limits_{7};
};

constexpr ledger::transaction_type types[] = {
    ledger::transaction_type::grant, ledger::transaction_type::purchase, ledger::transaction_type::deduction,
    ledger::transaction_type::refund, ledger::transaction_type::transfer};
constexpr ledger::source sources[] = {ledger::source::admin,  ledger::source::subscription,
                                      ledger::source::trial,  ledger::source::token_pack,
                                      ledger::source::stripe, ledger::source::usage};

} // namespace

BOOST_FIXTURE_TEST_SUITE(queries_pages, living_ledger)

BOOST_AUTO_TEST_CASE(a_walk_through_transactions_returns_exactly_them_with_every_filter) {
    settle_in();
    check_transactions({}, "true");
    check_transactions({.user_id = "user_1"}, "user_id = 'user_1'");
    check_transactions({.user_id = "nobody"}, "false");
    for (const auto type : types) {
        const std::string name(to_string(type));
        check_transactions({.type = type}, "transaction_type = '" + name + "'");
        check_transactions({.user_id = "user_2", .type = type},
                           "user_id = 'user_2' AND transaction_type = '" + name + "'");
    }
    for (const auto source : sources) {
        const std::string name(to_string(source));
        check_transactions({.source = source}, "source = '" + name + "'");
        check_transactions({.user_id = "user_2", .source = source},
                           "user_id = 'user_2' AND source = '" + name + "'");
    }
    check_transactions({.type = ledger::transaction_type::deduction, .source = ledger::source::admin},
                       "transaction_type = 'deduction' AND source = 'admin'");
    check_transactions({.type = ledger::transaction_type::deduction, .source = ledger::source::usage},
                       "transaction_type = 'deduction' AND source = 'usage'");
}

BOOST_AUTO_TEST_CASE(a_walk_through_a_period_returns_exactly_its_rows) {
    settle_in();
    const std::string a_third =
        "(SELECT percentile_disc(%) WITHIN GROUP (ORDER BY created_at) FROM tokenledger.token_transactions)";
    const auto time_at = [&](const std::string& part) {
        std::string sql = a_third;
        return std::stoll(value("SELECT (extract(epoch FROM " + sql.replace(sql.find('%'), 1, part) +
                                ") * 1000000)::bigint"));
    };
    const ledger::period middle{.from_us = time_at("0.33"), .to_us = time_at("0.66")};
    const auto within = [&](const std::string& column) {
        return "(extract(epoch FROM " + column +
               ") * 1000000)::bigint >= " + std::to_string(*middle.from_us) + " AND (extract(epoch FROM " +
               column + ") * 1000000)::bigint < " + std::to_string(*middle.to_us);
    };
    for (const std::string& user : strings{"", "user_0", "user_3"}) {
        const std::string of_user = user.empty() ? "" : "user_id = '" + user + "' AND ";
        check_transactions({.user_id = user, .period = middle}, of_user + within("created_at"));
        check_usage({.user_id = user, .period = middle}, of_user + within("created_at"));
        check_activity({.user_id = user, .period = middle}, of_user + within("created_at"));
    }
    check_events({.period = middle}, within("received_at"));
}

BOOST_AUTO_TEST_CASE(a_walk_through_purchases_usage_and_activity_returns_exactly_them) {
    settle_in();
    check_usage({}, "true");
    check_usage({.user_id = "user_1"}, "user_id = 'user_1'");
    check_usage({.user_id = "user_1", .action_type = "image", .model_used = "a-model"},
                "user_id = 'user_1' AND action_type = 'image' AND model_used = 'a-model'");
    check_usage({.model_used = "another"}, "false");
    check_activity({}, "true");
    for (const std::string& user : strings{"user_0", "user_1", "user_2", "user_3"})
        check_activity({.user_id = user}, "user_id = '" + user + "'");
    // The refunded tokens of a purchase may change between two pages, so nothing is added here.
    for (const std::string& user : strings{"", "user_1"}) {
        const std::string select =
            "SELECT t.user_id || ' ' || t.sequence || ' ' || p.taken_tokens FROM "
            "tokenledger.token_transactions t"
            " JOIN tokenledger.payments p ON p.payment_intent_id = t.stripe_payment_intent_id"
            " WHERE t.transaction_type = 'purchase' AND ('" +
            user + "' IN ('', t.user_id)) ORDER BY t.created_at, t.user_id, t.sequence";
        BOOST_TEST(names_of(walk<ledger::purchase_view>(
                       [&](const auto& ask) {
                           return reader->page_of(ledger::purchases_query{{.user_id = user}, ask});
                       },
                       oldest_first, 3)) == column(select),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_walk_through_events_returns_exactly_them_by_result_type_and_payment) {
    settle_in();
    check_events({}, "true");
    // Results change when waiting events are settled, but later commands are of other payments.
    for (const std::string& result : strings{"applied", "duplicate", "ignored", "parked", "waiting"})
        check_events({.result = result}, "result = '" + result + "'");
    check_events({.type = "charge.refunded"}, "event_type = 'charge.refunded'");
    for (const std::string& payment : column("SELECT payment_intent_id FROM tokenledger.payments LIMIT 20"))
        check_events({.payment_intent_id = payment}, "payment_intent_id = '" + payment + "'");
}

BOOST_AUTO_TEST_CASE(following_the_lists_while_several_daemons_write_misses_nothing) {
    constexpr int writers = 3;
    constexpr int batches = 40;
    std::atomic<int> writing = writers;
    std::vector<std::future<void>> running;
    for (int writer = 0; writer < writers; ++writer) {
        running.push_back(std::async(std::launch::async, [&, writer] {
            const auto own = new_store();
            random_life life(static_cast<std::uint64_t>(writer), "w" + std::to_string(writer) + "_");
            struct done {
                std::atomic<int>& count;
                ~done() { --count; }
            } at_the_end{writing};
            for (int i = 0; i < batches; ++i)
                live(*own, life);
        }));
    }
    ledger::page_request transactions{.limit = 7, .order = oldest_first};
    ledger::page_request activity = transactions, events = transactions;
    strings got_transactions, got_activity, got_events;
    const auto follow = [](const auto& list, ledger::page_request& ask, strings& into) {
        const auto page = list(ask);
        for (const auto& row : page.rows)
            into.push_back(name_of(row));
        ask.cursor = page.next;
        return page.more;
    };
    for (bool more = true, last_round = false; more || !last_round;) {
        last_round = writing == 0; // all rows are there from here on
        more = follow(
            [&](const auto& ask) {
                return reader->page_of(ledger::transactions_query{{}, ask});
            },
            transactions, got_transactions);
        more |= follow(
            [&](const auto& ask) {
                return reader->page_of(ledger::activity_query{{}, ask});
            },
            activity, got_activity);
        more |= follow(
            [&](const auto& ask) {
                return reader->page_of(ledger::events_query{{}, ask});
            },
            events, got_events);
    }
    for (auto& each : running)
        each.get();
    BOOST_TEST(got_transactions.size() > 100U);
    BOOST_TEST(got_transactions ==
                   column("SELECT user_id || ' ' || sequence FROM tokenledger.token_transactions"
                          " ORDER BY created_at, user_id, sequence"),
               boost::test_tools::per_element());
    BOOST_TEST(got_events ==
                   column("SELECT event_id FROM tokenledger.stripe_events ORDER BY received_at, event_id"),
               boost::test_tools::per_element());
    const std::size_t entries = std::stoul(
        value("SELECT (SELECT count(*) FROM tokenledger.token_transactions)"
              " + (SELECT count(*) FROM tokenledger.token_usage WHERE deduction_sequence IS NULL)"));
    BOOST_TEST(got_activity.size() == entries);
    std::sort(got_activity.begin(), got_activity.end());
    BOOST_TEST((std::adjacent_find(got_activity.begin(), got_activity.end()) == got_activity.end()));
}

BOOST_AUTO_TEST_SUITE_END()
