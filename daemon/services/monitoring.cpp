// /metrics, /healthz and /readyz.
#include "services/monitoring.hpp"

#include "admin/route.hpp"

#include <utility>

namespace tokenledger::daemon {

namespace {

namespace http = boost::beast::http;

constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view prometheus_text = "text/plain; version=0.0.4; charset=utf-8";

http_reply text_reply(unsigned status, std::string_view text) {
    return {.status = status, .body = std::string(text) + "\n", .content_type = plain_text};
}

} // namespace

monitoring_service::monitoring_service(metrics& counters, operations_source source)
    : counters_(counters),
      source_(std::move(source)) {
}

std::optional<http_reply> monitoring_service::reply_to(const http_head& head) const {
    const std::string_view path = path_of(head);
    if (path != admin::metrics_path && path != admin::health_path && path != admin::ready_path)
        return std::nullopt;
    if (head.method() != http::verb::get && head.method() != http::verb::head) {
        http_reply reply = text_reply(405, "method not allowed");
        reply.allow = "GET, HEAD";
        return reply;
    }
    if (path == admin::health_path)
        return text_reply(200, "ok");
    if (path == admin::metrics_path) {
        source_.refresh();
        return http_reply{.body = counters_.exposition(), .content_type = prometheus_text};
    }
    const std::string why = source_.not_ready();
    if (!why.empty())
        return text_reply(503, why);
    // Still 200: a load balancer reads only the status.
    const std::string warning = source_.warning();
    return text_reply(200, warning.empty() ? "ready" : "ready\nwarning: " + warning);
}

http_handlers monitoring_service::functions(std::string listener) {
    // In `admit`, so that no request waits for a body.
    return {.admit = [this](const http_head& head, const http_peer&) -> http_handlers::admitted {
                auto reply = reply_to(head);
                return reply ? std::move(*reply) : text_reply(404, "not found");
            },
            .fault = [](http_fault what) { return text_reply(status_of(what), to_string(what)); },
            .replied = duration_observer(counters_, std::move(listener))};
}

} // namespace tokenledger::daemon
