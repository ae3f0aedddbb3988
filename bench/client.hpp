// The load: one thread, raw non-blocking sockets, epoll. One request at a time on each kept-alive connection.
#pragma once

#include "answer.hpp"
#include "options.hpp"
#include "report.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <vector>

namespace tokenledger::bench {

class request_maker;

class load_client {
  public:
    // Opens all connections; std::system_error if it cannot.
    load_client(const load_options& options, request_maker& maker);
    ~load_client();
    load_client(const load_client&) = delete;
    load_client& operator=(const load_client&) = delete;

    // Closed loop: the next request leaves when an answer has come. Open loop: request n is due n / rate
    // after the start, and its latency counts from then, even if it left later.
    [[nodiscard]] run_result run();

  private:
    struct connection {
        int socket = -1;
        bool waiting = false;      // for an answer
        std::int64_t begun_ns = 0; // when the request left, or should have
        std::int64_t left_ns = 0;  // when it did; only for the log
        std::size_t have = 0;      // bytes of the answer
        std::array<char, 4096> in{};
        std::string rest; // of a request that the socket did not accept at once
    };

    void open(std::uint32_t index);
    void reopen(std::uint32_t index);
    void begin_due(std::int64_t now_ns);
    void begin(std::uint32_t index, std::int64_t begun_ns);
    void on_event(std::uint32_t index, std::uint32_t events);
    void on_readable(std::uint32_t index);
    void on_writable(connection& on, std::uint32_t index);
    void finish(std::uint32_t index, const answer& got);
    void watch(std::uint32_t index, int operation, std::uint32_t events);
    void count(int status, std::string_view result);
    [[nodiscard]] std::int64_t due_ns() const; // of the next request
    [[nodiscard]] bool more(std::int64_t now_ns) const;
    int wait(std::int64_t now_ns);

    const load_options& options_;
    request_maker& maker_;
    int poll_ = -1;
    std::vector<connection> connections_;
    std::vector<std::uint32_t> free_; // connections without a request
    std::array<epoll_event, 128> events_;
    std::uint64_t total_ = 0; // requests to begin
    std::uint64_t sent_ = 0;
    std::uint64_t in_flight_ = 0;
    std::int64_t start_ns_ = 0;
    std::int64_t last_begin_ns_ = 0; // no request begins after this
    std::int64_t last_answer_ns_ = 0;
    run_result result_;
};

} // namespace tokenledger::bench
