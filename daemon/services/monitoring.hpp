// /metrics, /healthz and /readyz, for a monitoring system and a load balancer.
#pragma once

#include "http/service.hpp"
#include "system/metrics.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tokenledger::daemon {

struct operations_source {
    // Sets the gauges that are read only on demand: the depth of the queue.
    std::function<void()> refresh;
    // Why no event can be taken now; empty: ready.
    std::function<std::string()> not_ready;
    // A defect that does not keep events from being taken; empty: none.
    std::function<std::string()> warning;
};

class monitoring_service {
  public:
    // `counters` outlives the service.
    monitoring_service(metrics& counters, operations_source source);

    // The reply for one of the three paths, on any listener; nullopt: another path.
    [[nodiscard]] std::optional<http_reply> reply_to(const http_head& head) const;

    // As a listener of its own, with the name `listener` in the metrics. The handlers keep a reference to
    // this object.
    [[nodiscard]] http_handlers functions(std::string listener);

  private:
    metrics& counters_;
    operations_source source_;
};

} // namespace tokenledger::daemon
