// One listener of the admin socket as an HTTP service: resolve, translate, submit or ask; then answer.
#pragma once

#include "config.hpp"
#include "event_translator.hpp"
#include "http_service.hpp"
#include "metrics.hpp"
#include "operations_service.hpp"
#include "reader_pool.hpp"
#include "verification.hpp"

#include "admin/action.hpp"
#include "admin/permit.hpp"
#include "admin/query.hpp"
#include "admin/reply.hpp"
#include "admin/route.hpp"

#include "ledger/entry.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tokenledger::daemon {

// What the admin services share. All of it outlives them and every reply they still owe.
struct admin_backend {
    ledger::entry& ledger;
    reader_pool& readers;
    metrics& counters;
    const operations_service& operations; // /metrics and its like, for who may read
    verification& books;
};

class admin_service {
  public:
    // `translator`: what stored events mean, for their retry.
    admin_service(const admin_listener_config& with, const admin_backend& behind,
                  std::shared_ptr<const event_translator> translator);
    admin_service(const admin_service&) = delete;
    admin_service& operator=(const admin_service&) = delete;

    // The functions keep a reference to this.
    [[nodiscard]] http_service functions();

    // From the next request on, also of connections that are open. Name and socket stay.
    void reload(const admin_listener_config& with, std::shared_ptr<const event_translator> translator);

  private:
    using time_point = std::chrono::steady_clock::time_point;

    std::optional<http_reply> admit(const http_head& head);
    http_service::handled handle(const http_head& head, std::string_view body, const http_peer& peer,
                                 time_point deadline, respond_fn respond);
    http_service::handled write(const admin::target& what, std::string_view key, std::string_view body,
                                std::int64_t actor, time_point deadline, respond_fn respond);
    http_service::handled act(const admin::target& what, std::string_view key, std::string_view body,
                              std::int64_t actor, time_point deadline, respond_fn respond);
    http_service::handled read(const admin::target& what, time_point deadline, respond_fn respond);
    http_service::handled prove(const admin::target& what, time_point deadline, respond_fn respond);
    http_service::handled verify(const admin::target& what, respond_fn respond);
    // Hands a question to the readers.
    http_service::handled ask(reader_pool::task task);

    std::string name_;
    admin::allowance allowed_;
    admin_backend behind_;
    std::shared_ptr<const event_translator> translator_;
};

} // namespace tokenledger::daemon
