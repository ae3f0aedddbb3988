// One listener of the admin socket as an HTTP service: resolve, translate, submit or read; then answer.
#pragma once

#include "config/config.hpp"
#include "http/service.hpp"
#include "services/background_audit.hpp"
#include "services/endpoints.hpp"
#include "services/monitoring.hpp"
#include "services/reader_pool.hpp"
#include "system/metrics.hpp"

#include "admin/event_action.hpp"
#include "admin/permit.hpp"
#include "admin/query.hpp"
#include "admin/reply.hpp"
#include "admin/route.hpp"

#include "ledger/command_sink.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

// Shared by the admin services. All of it outlives them and the replies that they have yet to send.
struct admin_backend {
    ledger::command_sink& ledger;
    reader_pool& readers;
    metrics& counters;
    const monitoring_service& operations; // /metrics and the like, for clients with permit `read`
    background_audit& audit;
};

class admin_service {
  public:
    // `translator`: translates stored events for a retry.
    admin_service(const admin_listener_config& with, const admin_backend& behind,
                  std::shared_ptr<const event_translator> translator);
    admin_service(const admin_service&) = delete;
    admin_service& operator=(const admin_service&) = delete;

    // The handlers keep a reference to this object.
    [[nodiscard]] http_handlers handlers();

    // In force from the next request on, also on open connections. Name and socket stay.
    void reload(const admin_listener_config& with, std::shared_ptr<const event_translator> translator);

  private:
    using time_point = std::chrono::steady_clock::time_point;

    http_handlers::admitted admit(const http_head& head, const http_peer& peer);
    http_handlers::handled handle(const admin::resolved_call& what, std::string_view key,
                                  const http_peer& peer, std::string_view body, time_point deadline,
                                  respond_fn respond);
    http_handlers::handled write(const admin::resolved_call& what, std::string_view key,
                                 std::string_view body, std::int64_t actor, time_point deadline,
                                 respond_fn respond);
    http_handlers::handled act(const admin::resolved_call& what, std::string_view key, std::string_view body,
                               std::int64_t actor, time_point deadline, respond_fn respond);
    http_handlers::handled read(const admin::resolved_call& what, time_point deadline, respond_fn respond);
    http_handlers::handled prove(const admin::resolved_call& what, time_point deadline, respond_fn respond);
    http_handlers::handled verify(const admin::resolved_call& what, respond_fn respond);
    // Hands a question to the readers.
    http_handlers::handled ask(reader_pool::task task);

    std::string name_;
    admin::allowance allowed_;
    std::uint64_t generation_ = 0; // of the permits: counts reloads
    admin_backend behind_;
    std::shared_ptr<const event_translator> translator_;
};

} // namespace tokenledger::daemon
