// The webhook as an HTTP service: verify, parse, translate, submit; then commit, then answer.
#pragma once

#include "config/config.hpp"
#include "http/service.hpp"
#include "services/rejection_log.hpp"
#include "system/metrics.hpp"

#include "ledger/command_sink.hpp"
#include "webhook/reply.hpp"
#include "webhook/signature.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace tokenledger::daemon {

// Seconds since the epoch: the clock for the age of signatures.
using wall_clock = std::function<std::int64_t()>;

class webhook_service {
  public:
    // `ledger` and `counters` outlive the service and the replies that it has yet to send. Throws
    // std::invalid_argument if an endpoint's secrets cannot be used (load_config refuses those).
    webhook_service(const config& from, ledger::command_sink& ledger, metrics& counters, wall_clock now);
    ~webhook_service();
    webhook_service(const webhook_service&) = delete;
    webhook_service& operator=(const webhook_service&) = delete;

    // Uses the endpoints, secrets, catalogues and log limits of `from` from now on; does not affect
    // requests in progress.
    void reload(const config& from);

    // The handlers keep a reference to this object. They run on the I/O thread.
    [[nodiscard]] http_handlers handlers();

  private:
    struct endpoint;
    using endpoint_map = std::map<std::string, endpoint, std::less<>>;

    [[nodiscard]] static endpoint_map make_endpoints(const config& from);
    // The sender of a request.
    struct origin {
        const http_head& head;
        const http_peer& peer;
    };

    // What admit found out from the header.
    struct admitted_request {
        origin from;
        webhook::signature_header signature; // views into `from.head`
        endpoint* at;                        // valid in this generation only
        std::uint64_t generation;
    };

    [[nodiscard]] http_handlers::admitted admit(const origin& from);
    [[nodiscard]] http_handlers::handled handle(const admitted_request& request, const std::string& body,
                                                std::chrono::steady_clock::time_point deadline,
                                                respond_fn respond);
    // Null: there is none.
    [[nodiscard]] endpoint* endpoint_of(const http_head& head);
    [[nodiscard]] http_handlers::handled submit(ledger::stripe_command command, webhook::event_type type,
                                                std::chrono::steady_clock::time_point deadline,
                                                respond_fn respond);
    [[nodiscard]] http_reply fault(http_fault what);
    [[nodiscard]] http_reply reject(http_reply reply, std::string_view reason, std::string_view detail = {},
                                    const origin* from = nullptr);
    [[nodiscard]] std::string client_of(const origin& from) const;

    ledger::command_sink& ledger_;
    metrics& counters_;
    wall_clock now_;
    endpoint_map endpoints_;
    std::uint64_t generation_ = 0; // of the endpoints: counts reloads
    rejection_log rejections_;
    std::set<std::string, std::less<>> trusted_proxies_;
};

} // namespace tokenledger::daemon
