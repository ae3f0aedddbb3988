// The calls of the admin API, and the search for the call of a request line.
#pragma once

#include "admin/permit.hpp"
#include "admin/problem.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tokenledger::admin {

enum class call : std::uint8_t {
    operation, // posts one: route::name says which
    batch,
    list, // one page: route::name says of which list
    account,
    payment,
    prove,
    event,
    retry,
    dismiss,
    assign,
    usage_report,
    transaction_report,
    queue,
    verify,
};

// Where a write carries its idempotency key.
enum class key_place : std::uint8_t {
    none,   // reads
    header, // Idempotency-Key
    body,   // a usage and its reversal: the request_id, in the body or the path
};

struct route {
    admin::call call;
    std::string_view method;
    std::string_view pattern; // "/v1/accounts/{user_id}"; at most one parameter, a whole segment
    permit needs;             // a batch: this, or what its items need
    key_place key;
    // Of call::operation and call::list: of the operation, as in a batch, or of the list.
    std::string_view name{};
};

[[nodiscard]] std::span<const route> routes() noexcept;
// Null: no operation has this name.
[[nodiscard]] const route* route_of(std::string_view operation) noexcept;
// The names of the parameters that the query of the call may have.
[[nodiscard]] std::span<const std::string_view> parameters_of(const route& what) noexcept;

// Answered beside the calls, as on the operations listener.
inline constexpr std::string_view metrics_path = "/metrics";
inline constexpr std::string_view health_path = "/healthz";
inline constexpr std::string_view ready_path = "/readyz";

// The call of a request line. `parameter` and `query` are decoded.
struct resolved_call {
    const admin::route* route = nullptr;
    std::string parameter{}; // of the path; empty where the pattern has none
    std::vector<std::pair<std::string, std::string>> query{};
};

// The parts of a request's header that the search needs.
struct request_head {
    std::string_view method;
    std::string_view target;                          // path and query, or absolute (RFC 9112, 3.2.2)
    std::vector<std::string_view> idempotency_keys{}; // all Idempotency-Key fields
};

// Checks target, path, method, permit and key, in this order.
[[nodiscard]] std::variant<resolved_call, problem> resolve(const request_head& head, permit_set permits);

// The problem of a request whose listener does not give the permit.
[[nodiscard]] problem lacks_permit(permit needed);

} // namespace tokenledger::admin
