// Between Beast's messages and the values of admin/.
#pragma once

#include "http/service.hpp"

#include "admin/problem.hpp"
#include "admin/reply.hpp"
#include "admin/route.hpp"

namespace tokenledger::daemon {

// Valid as long as the head.
[[nodiscard]] admin::request_head head_of(const http_head& head);
[[nodiscard]] http_reply to_http(admin::reply from);
[[nodiscard]] admin::problem problem_of(http_fault what);

} // namespace tokenledger::daemon
