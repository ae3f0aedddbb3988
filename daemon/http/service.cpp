// Shared by all services.
#include "http/service.hpp"

#include "system/metrics.hpp"

#include <utility>

namespace tokenledger::daemon {

std::string_view path_of(const http_head& head) {
    std::string_view target = head.target();
    if (const std::size_t scheme = target.find("://"); !target.starts_with('/') && scheme != target.npos) {
        const std::size_t path = target.find('/', scheme + 3);
        target = path == target.npos ? std::string_view("/") : target.substr(path);
    }
    return target.substr(0, target.find('?'));
}

std::string_view to_string(http_fault what) {
    switch (what) {
    case http_fault::malformed:
        return "malformed_request";
    case http_fault::header_too_large:
        return "header_too_large";
    case http_fault::timeout:
        return "timeout";
    case http_fault::body_too_large:
        return "body_too_large";
    case http_fault::encoding:
        return "content_encoding";
    case http_fault::no_memory:
        return "no_memory";
    case http_fault::no_connection:
        return "no_connection";
    }
    return "unknown";
}

unsigned status_of(http_fault what) {
    switch (what) {
    case http_fault::malformed:
        return 400;
    case http_fault::header_too_large:
        return 431;
    case http_fault::timeout:
        return 408;
    case http_fault::body_too_large:
        return 413;
    case http_fault::encoding:
        return 415;
    case http_fault::no_memory:
    case http_fault::no_connection:
        return 503;
    }
    return 503;
}

std::function<void(unsigned, std::chrono::steady_clock::duration)> duration_observer(metrics& counters,
                                                                                     std::string listener) {
    return [&counters, listener = std::move(listener)](unsigned status,
                                                       std::chrono::steady_clock::duration took) {
        counters.request_duration.with(listener, status).Observe(std::chrono::duration<double>(took).count());
    };
}

} // namespace tokenledger::daemon
