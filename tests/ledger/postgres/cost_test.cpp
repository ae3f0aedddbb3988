// The cost of a batch, counted and not timed: round trips to the server and bytes of WAL. A relay before the
// server counts round trips; docs/decisions/0018-what-a-batch-costs.md has earlier costs.
#include "scratch_directory.hpp"
#include "store_fixture.hpp"

#include "postgres/store.hpp"
#include "writer/run_batch.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <thread>

using namespace tokenledger;
using namespace tokenledger::test;

namespace {

constexpr std::string_view socket_name = "/.s.PGSQL.5432";

int unix_socket() {
    const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0)
        throw std::runtime_error("socket");
    return made;
}

sockaddr_un address_in(const std::string& directory) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory + std::string(socket_name);
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error(path + " is too long");
    std::copy(path.begin(), path.end(), static_cast<char*>(address.sun_path));
    return address;
}

// Counts the server's ReadyForQuery messages, one for each round trip, however they are split.
class ready_counter {
  public:
    void take(const char* data, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            if (body_ > 0) {
                --body_;
                continue;
            }
            header_[have_++] = static_cast<unsigned char>(data[i]);
            if (have_ < header_.size())
                continue;
            have_ = 0;
            body_ = ((header_[1] << 24U) | (header_[2] << 16U) | (header_[3] << 8U) | header_[4]) - 4U;
            count_ += header_[0] == 'Z' ? 1 : 0;
        }
    }
    [[nodiscard]] int count() const { return count_; }

  private:
    std::array<std::uint32_t, 5> header_{}; // type and length
    std::size_t have_ = 0;
    std::uint32_t body_ = 0;
    std::atomic<int> count_ = 0;
};

// Relays one connection to the server.
class counting_relay {
  public:
    explicit counting_relay(std::string server_directory) : server_directory_(std::move(server_directory)) {
        const sockaddr_un own = address_in(directory());
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
            ::listen(listener_, 1) != 0)
            throw std::runtime_error("bind");
        relaying_ = std::thread([this] { relay(); });
    }
    ~counting_relay() {
        ::shutdown(listener_, SHUT_RDWR);
        relaying_.join();
        ::close(listener_);
    }
    counting_relay(const counting_relay&) = delete;
    counting_relay& operator=(const counting_relay&) = delete;

    [[nodiscard]] std::string directory() const { return directory_.path(); }
    [[nodiscard]] int round_trips() const { return counter_.count(); }

  private:
    // Until `from` ends. Counts before it passes on: a client that has the reply finds it counted.
    static void pump(int from, int to, ready_counter* counter) {
        std::array<char, 65536> piece{};
        for (;;) {
            const ssize_t got = ::read(from, piece.data(), piece.size());
            if (got <= 0)
                break;
            if (counter != nullptr)
                counter->take(piece.data(), static_cast<std::size_t>(got));
            for (ssize_t sent = 0; sent < got;) {
                const ssize_t now =
                    ::send(to, piece.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
                if (now <= 0)
                    return;
                sent += now;
            }
        }
        ::shutdown(to, SHUT_WR);
    }

    void relay() {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0)
            return;
        const int server = unix_socket();
        const sockaddr_un real = address_in(server_directory_);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&real), sizeof real) == 0) {
            std::thread back([&] { pump(server, client, &counter_); });
            pump(client, server, nullptr);
            back.join();
        }
        ::close(server);
        ::close(client);
    }

    std::string server_directory_;
    scratch_directory directory_;
    int listener_ = unix_socket();
    ready_counter counter_;
    std::thread relaying_;
};

struct relayed_store : store_fixture {
    relayed_store() {
        ledger::postgres_options with = options;
        with.url += " host='" + relay.directory() + "'"; // the last one counts
        relayed = ledger::make_postgres_store(with);
        static_cast<void>(run({purchase_by("evt_first", "pi_first", "user_first")})); // connected
    }
    ~relayed_store() { relayed.reset(); } // before the relay, which waits for its connection to end

    int run(const std::vector<ledger::command>& batch) {
        const int before = relay.round_trips();
        outcomes = ledger::run_batch(*relayed, batch);
        return relay.round_trips() - before;
    }
    static std::vector<ledger::command> purchases(const std::string& name, int count) {
        std::vector<ledger::command> batch;
        for (int i = 0; i < count; ++i) {
            const std::string id = name + "_" + std::to_string(i);
            batch.emplace_back(purchase_by("evt_" + id, "pi_" + id, "user_" + std::to_string(i)));
        }
        return batch;
    }

    counting_relay relay{value("SHOW unix_socket_directories")};
    std::unique_ptr<ledger::store> relayed;
    std::vector<ledger::outcome> outcomes;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cost, relayed_store)

BOOST_AUTO_TEST_CASE(a_batch_of_new_purchases_takes_three_round_trips_at_any_size) {
    for (const int size : {1, 64, 256}) {
        BOOST_TEST_CONTEXT(size) {
            BOOST_TEST(run(purchases("of" + std::to_string(size), size)) == 3);
            BOOST_TEST((outcomes.back().result == ledger::result::applied));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_batch_of_duplicates_takes_two_round_trips_and_writes_no_wal) {
    const auto batch = purchases("again", 16);
    static_cast<void>(run(batch));
    // Others of this server write WAL too, autovacuum for one, but not every time.
    std::int64_t least_written = std::numeric_limits<std::int64_t>::max();
    for (int time = 0; time < 3; ++time) {
        const std::string position = value("SELECT pg_current_wal_insert_lsn()");
        BOOST_TEST(run(batch) == 2);
        BOOST_TEST((outcomes.back().result == ledger::result::duplicate));
        BOOST_TEST(value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                         " AND pid <> pg_backend_pid() AND state <> 'idle'") == "0");
        const std::string written = value("SELECT pg_current_wal_insert_lsn() - '" + position + "'");
        least_written = std::min<std::int64_t>(least_written, std::stoll(written));
    }
    BOOST_TEST(least_written < 1000);
}

BOOST_AUTO_TEST_CASE(a_batch_with_one_duplicate_takes_five_round_trips) {
    auto batch = purchases("mixed", 16);
    static_cast<void>(run({batch.front()}));
    BOOST_TEST(run(batch) == 5);
    BOOST_TEST((outcomes.front().result == ledger::result::duplicate));
    BOOST_TEST((outcomes.back().result == ledger::result::applied));
}

BOOST_AUTO_TEST_CASE(a_purchase_writes_no_more_wal_than_its_budget) {
    constexpr int size = 64;
    constexpr std::int64_t budget_bytes = 2400; // for rows, indexes and locks; the evidence is tiny
    static_cast<void>(run(purchases("warm", size)));
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (int round = 0; round < 4; ++round) { // one of them without full-page images
        const std::string position = value("SELECT pg_current_wal_insert_lsn()");
        static_cast<void>(run(purchases("round" + std::to_string(round), size)));
        least = std::min<std::int64_t>(
            least, std::stoll(value("SELECT pg_current_wal_insert_lsn() - '" + position + "'")));
    }
    BOOST_TEST_MESSAGE(least / size << " bytes of WAL a purchase");
    BOOST_TEST(least / size <= budget_bytes);
}

BOOST_AUTO_TEST_SUITE_END()
