// /metrics, /healthz and /readyz: what a monitoring system and a load balancer ask.
#pragma once

#include "http/service.hpp"
#include "system/metrics.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tokenledger::daemon {

struct operations_source {
    // Writes what is only known when it is asked for: the depth of the queue.
    std::function<void()> refresh;
    // Why no event can be taken at this time; empty: ready.
    std::function<std::string()> not_ready;
    // What is not as it should be, though events are taken; empty: nothing.
    std::function<std::string()> warning;
};

class monitoring_service {
  public:
    // `counters` outlives the service.
    monitoring_service(metrics& counters, operations_source source);

    // The answer to one of the three paths, whatever listener it came by; nullopt: another path.
    [[nodiscard]] std::optional<http_reply> answer(const http_head& head) const;

    // As a listener of its own. `listener` is its name in the metrics. The functions keep a reference to
    // this.
    [[nodiscard]] http_handlers functions(std::string listener);

  private:
    metrics& counters_;
    operations_source source_;
};

} // namespace tokenledger::daemon
