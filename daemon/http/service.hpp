// The handlers of an HTTP listener. The session knows HTTP and limits; the service gives requests a meaning.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tokenledger::daemon {

class metrics;

using http_head = boost::beast::http::request_header<>;

// The other end of a connection. Read once, when it is accepted.
struct http_peer {
    std::optional<std::uint32_t> uid{}; // of the process that connected; unix sockets only (SO_PEERCRED)
    std::string address{};              // numeric, without the port; empty: a unix socket
};

struct http_field {
    std::string_view name; // lives as long as the program
    std::string value;
};

struct http_reply {
    unsigned status = 200;
    std::string body{};
    std::string_view content_type = "application/json";
    std::string_view allow{};    // the Allow field; empty: none
    int retry_after_seconds = 0; // the Retry-After field; 0: none
    std::vector<http_field> fields{};
    bool close = false; // end the connection after this reply
};

// Faults before a request is whole, or for lack of room.
enum class http_fault : std::uint8_t {
    malformed,        // 400: not HTTP
    header_too_large, // 431
    timeout,          // 408: header or body too slow
    body_too_large,   // 413
    encoding,         // 415: Content-Encoding is not identity
    no_memory,        // 503: bodies in flight at their limit
    no_connection,    // 503: connections at their limit
};
[[nodiscard]] std::string_view to_string(http_fault what); // "malformed_request", ...: the reason in metrics
[[nodiscard]] unsigned status_of(http_fault what);

// The target's path. RFC 9112, 3.2.2: a target may also be absolute, http://host/path.
[[nodiscard]] std::string_view path_of(const http_head& head);

struct http_limits {
    std::int64_t max_header_bytes = 16384;
    std::int64_t max_body_bytes = 1048576;
    std::int64_t max_body_bytes_in_flight = 67108864;
    std::int64_t max_connections = 10000;
    std::chrono::milliseconds request_timeout{5000}; // from the first byte of a request to its reply
    std::chrono::milliseconds idle_timeout{75000};   // between requests
    std::chrono::milliseconds drain_timeout{10000};  // from SIGTERM to the end of the last request
    // A drain waits this long for the first request of a connection, which would be lost if the connection
    // closed without a reply.
    std::chrono::milliseconds first_request_grace{500};
};

// Called at most once, from any thread; ignored after the session has answered by itself.
using respond_fn = std::function<void(http_reply)>;

struct http_handlers {
    // Makes the reply for the case that `respond` is not called by the deadline. Called at most once.
    using otherwise_fn = std::function<http_reply()>;
    // The reply at once; or the service has kept `respond`.
    using handled = std::variant<http_reply, otherwise_fn>;
    // Handles the request that `admit` has looked at, as soon as its body is here. Called at most once.
    using handle_fn = std::function<handled(std::string body, std::chrono::steady_clock::time_point deadline,
                                            respond_fn respond)>;
    // A refusal; or the function that holds what was found out from the header.
    using admitted = std::variant<http_reply, handle_fn>;

    // After the header, before the body. `head` and `peer` outlive the handle_fn.
    std::function<admitted(const http_head& head, const http_peer& peer)> admit;

    std::function<http_reply(http_fault what)> fault;

    // Called after each reply: for metrics and logs.
    std::function<void(unsigned status, std::chrono::steady_clock::duration took)> replied;

    // Called after replies of other threads reached their sessions, usually those of one batch together.
    std::function<void()> delivered{};
};

// For `replied`: the listener's part of tokenledger_request_duration_seconds. `counters` outlives it.
[[nodiscard]] std::function<void(unsigned, std::chrono::steady_clock::duration)>
duration_observer(metrics& counters, std::string listener);

} // namespace tokenledger::daemon
