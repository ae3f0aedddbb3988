// Converts admin/'s values to and from HTTP.
#include "services/admin_http.hpp"

#include <utility>

namespace tokenledger::daemon {

admin::request_head head_of(const http_head& head) {
    admin::request_head made{.method = head.method_string(), .target = head.target()};
    const auto range = head.equal_range("Idempotency-Key");
    for (auto field = range.first; field != range.second; ++field)
        made.idempotency_keys.emplace_back(field->value());
    return made;
}

http_reply to_http(admin::reply from) {
    http_reply made{.status = from.status,
                    .body = std::move(from.body),
                    .content_type = from.content_type,
                    .retry_after_seconds = from.retry_after ? admin::retry_after_seconds : 0};
    if (!from.allow.empty())
        made.fields.push_back({"Allow", std::move(from.allow)});
    if (from.replayed)
        made.fields.push_back({"Idempotency-Replayed", "true"});
    return made;
}

admin::problem problem_of(http_fault what) {
    using enum admin::problem_type;
    switch (what) {
    case http_fault::malformed:
        return {.type = malformed_request, .detail = "Send HTTP/1.1."};
    case http_fault::header_too_large:
        return {.type = header_too_large, .detail = "Send a shorter path, query and header."};
    case http_fault::timeout:
        return {.type = request_timeout, .detail = "Send header and body in one go."};
    case http_fault::body_too_large:
        return {.type = body_too_large, .detail = "Send fewer items at a time: max_body_bytes of [admin]."};
    case http_fault::encoding:
        return {.type = content_encoding, .detail = "Send the body as it is, without Content-Encoding."};
    case http_fault::no_memory:
    case http_fault::no_connection:
        break;
    }
    return {.type = unavailable,
            .detail =
                "Too many requests are being served. Send this one again in a moment, with the same key."};
}

} // namespace tokenledger::daemon
