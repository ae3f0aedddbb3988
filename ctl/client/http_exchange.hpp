// One HTTP/1.1 request and its answer over a blocking socket; the only file here that knows sockets and
// Beast.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tokenledger::ctl {

inline constexpr std::size_t max_answer_bytes = std::size_t{256} << 20;

struct endpoint {
    std::string socket{}; // path of a unix socket; if empty, host and port
    std::string host{};
    std::string port{};
};

struct http_request {
    std::string method = "GET";
    std::string target = "/";
    std::vector<std::pair<std::string, std::string>> headers{}; // Host and Content-Length come by themselves
    std::string body{};
};

// How the exchange ended. not_connected: nothing was sent. no_answer: the request may have been executed.
enum class exchanged : unsigned char { answered, not_connected, no_answer };

struct http_answer {
    exchanged came = exchanged::not_connected;
    std::string why{}; // the error, unless answered
    unsigned status = 0;
    bool replayed = false; // Idempotency-Replayed: true
    std::string body{};
};

// `timeout` is for connecting, and for each wait for bytes. Answers past max_answer_bytes are no_answer.
[[nodiscard]] http_answer exchange(const endpoint& to, const http_request& request,
                                   std::chrono::seconds timeout);

} // namespace tokenledger::ctl
