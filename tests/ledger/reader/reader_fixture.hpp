// A reader of the ledger in verify_ledger.hpp, and walks through its lists.
#pragma once

#include "ledger/postgres_reader.hpp"
#include "request_commands.hpp"
#include "verify_ledger.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tokenledger::test {

struct reader_fixture : store_fixture {
    void run(const std::vector<ledger::command>& batch) const {
        static_cast<void>(ledger::run_batch(*store, batch));
    }
    std::unique_ptr<ledger::reader> reader = ledger::make_postgres_reader(options);
};

struct full_ledger : verify_fixture {
    std::unique_ptr<ledger::reader> reader = ledger::make_postgres_reader(options);

    // One page of a list.
    template <class Query>
    auto rows_of(const Query& what) {
        return reader->page_of(what).rows;
    }
};

inline constexpr auto newest_first = ledger::page_order::newest_first;
inline constexpr auto oldest_first = ledger::page_order::oldest_first;

template <class Row>
using list_fn = std::function<ledger::page<Row>(const ledger::page_request&)>;

// All pages of a list; `between` runs before each page but the first. Fails after many pages, so that an
// endless walk ends.
template <class Row>
std::vector<Row> walk(const list_fn<Row>& list, ledger::page_order order, std::size_t limit,
                      const std::function<void()>& between = {}, std::string* last_cursor = nullptr) {
    std::vector<Row> rows;
    ledger::page_request ask{.limit = limit, .order = order};
    for (int pages = 0; pages < 10'000; ++pages) {
        ledger::page<Row> got = list(ask);
        BOOST_TEST(got.rows.size() <= limit);
        BOOST_TEST((!got.more || got.rows.size() == limit));
        rows.insert(rows.end(), got.rows.begin(), got.rows.end());
        ask.cursor = got.next;
        if (last_cursor != nullptr)
            *last_cursor = got.next;
        if (!got.more)
            return rows;
        if (between)
            between();
    }
    throw std::runtime_error("the walk does not end");
}

template <class Call>
ledger::query_fault fault_of(Call call) {
    try {
        call();
    } catch (const ledger::bad_query& error) {
        return error.fault();
    }
    throw std::logic_error("it was not refused");
}

} // namespace tokenledger::test
