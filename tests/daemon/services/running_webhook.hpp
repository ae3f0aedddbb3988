// The daemon's webhook in this process: real sockets, a memory store, and a clock that the test sets.
#pragma once

#include "http/server.hpp"
#include "services/webhook.hpp"
#include "system/metrics.hpp"

#include "ledger/writer.hpp"
#include "memory_store.hpp"
#include "stripe_bodies.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace tokenledger::test {

inline constexpr std::string_view secret = "whsec_of_the_tests";
inline constexpr std::int64_t now_seconds = 1'764'000'000;

// Null if the secrets are not valid.
inline std::shared_ptr<const webhook::verifier> verifier_of(const std::vector<std::string_view>& secrets,
                                                            std::int64_t tolerance_seconds = 300) {
    auto made = webhook::verifier::make(secrets, tolerance_seconds);
    return made ? std::make_shared<const webhook::verifier>(*std::move(made)) : nullptr;
}

inline daemon::config make_config() {
    daemon::config made;
    webhook::catalog prices;
    prices.packs["starter"] = {.tokens = 1000, .prices = {{"usd", {.amount = 999, .minimum = 999}}}};
    made.catalogs.emplace("", prices);
    daemon::endpoint_config endpoint;
    endpoint.policy = {.path = "/stripe/webhook", .livemode = true, .accounts = {}};
    endpoint.verifier = verifier_of({secret});
    endpoint.secret_names = {"secret"};
    made.webhook.endpoints.push_back(endpoint);
    return made;
}

// A connection that sends exactly the bytes of the test.
class client {
  public:
    explicit client(std::uint16_t port) : socket_(io_) {
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    }

    void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

    struct answer {
        unsigned status = 0; // 0: the connection ended instead
        std::string head;
        std::string body;
    };
    // `content`: false for the answer to a HEAD.
    answer receive(bool content = true) {
        boost::system::error_code error;
        const std::size_t head =
            boost::asio::read_until(socket_, boost::asio::dynamic_buffer(read_), "\r\n\r\n", error);
        if (error)
            return {};
        answer got;
        got.head = read_.substr(0, head);
        got.status = static_cast<unsigned>(std::stoi(got.head.substr(got.head.find(' ') + 1)));
        read_.erase(0, head);
        const std::size_t at = got.head.find("Content-Length: ");
        const std::size_t length =
            at == std::string::npos || !content ? 0 : std::stoul(got.head.substr(at + 16));
        while (read_.size() < length && !error) {
            std::string more(length - read_.size(), '\0');
            more.resize(socket_.read_some(boost::asio::buffer(more), error));
            read_ += more;
        }
        got.body = read_.substr(0, length);
        read_.erase(0, length);
        return got;
    }

    // True if the peer has closed the connection.
    bool at_end() {
        boost::system::error_code error;
        char byte = 0;
        return read_.empty() && socket_.read_some(boost::asio::buffer(&byte, 1), error) == 0 && error;
    }

  private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
    std::string read_;
};

inline std::string post(std::string_view signature, std::string_view body,
                        std::string_view more_fields = "") {
    return "POST /stripe/webhook HTTP/1.1\r\nHost: test\r\nStripe-Signature: " + std::string(signature) +
           "\r\n" + std::string(more_fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

inline std::string payment_body(std::string_view event, std::string_view payment) {
    const stripe::object bought = stripe::payment_intent()
                                      .set("id", stripe::quoted(payment))
                                      .set("metadata", stripe::ours("alice").text());
    return stripe::event("payment_intent.succeeded", bought.text()).set("id", stripe::quoted(event)).text();
}

inline std::string signed_post(std::string_view event, std::string_view payment) {
    const std::string body = payment_body(event, payment);
    return post(webhook::sign(secret, body, now_seconds), body);
}

class running_webhook {
  public:
    explicit running_webhook(const daemon::config& with = make_config(), daemon::http_limits limits = {},
                             ledger::writer_options options = {})
        : writer_(options, stores(database)),
          service_(with, writer_, counters, [this] { return now.load(); }),
          server_(io_, "webhook", loopback(port), service_.handlers(), limits) {
        server_.start();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~running_webhook() {
        drain().wait();
        thread_.join();
        writer_.stop();
    }
    running_webhook(const running_webhook&) = delete;
    running_webhook& operator=(const running_webhook&) = delete;

    // Begins the drain, once; the future is ready when the last session has ended.
    std::shared_future<void> drain() {
        if (!drained_.valid()) {
            auto promise = std::make_shared<std::promise<void>>();
            drained_ = promise->get_future().share();
            boost::asio::post(io_, [this, promise] { server_.drain([promise] { promise->set_value(); }); });
        }
        return drained_;
    }

    [[nodiscard]] double rejected(std::string_view reason) const {
        return counters.webhook_rejected.value(reason);
    }

    std::shared_ptr<ledger::memory_database> database = std::make_shared<ledger::memory_database>();
    daemon::metrics counters;
    std::atomic<std::int64_t> now = now_seconds;
    std::uint16_t port = 0;

  private:
    static std::vector<std::unique_ptr<ledger::store>>
    stores(std::shared_ptr<ledger::memory_database> database) {
        std::vector<std::unique_ptr<ledger::store>> one;
        one.push_back(ledger::make_memory_store(std::move(database)));
        return one;
    }

    static std::vector<daemon::listening_socket> loopback(std::uint16_t& port) {
        std::vector<daemon::listening_socket> one;
        one.push_back(daemon::listen_at(daemon::listen_address{"127.0.0.1", 0}));
        port = one.front().port();
        return one;
    }

    boost::asio::io_context io_{1};
    ledger::writer writer_;
    daemon::webhook_service service_;
    daemon::http_server server_;
    std::shared_future<void> drained_;
    std::thread thread_;
};

} // namespace tokenledger::test
