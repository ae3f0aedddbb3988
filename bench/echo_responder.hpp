// The cheapest possible server: counts bytes and answers 200, to measure the generator's own limit.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace tokenledger::bench {

class echo_responder {
  public:
    // Listens on 127.0.0.1; every `request_bytes` received on a connection are one request.
    explicit echo_responder(std::size_t request_bytes);
    ~echo_responder();
    echo_responder(const echo_responder&) = delete;
    echo_responder& operator=(const echo_responder&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    void serve();

    std::size_t request_bytes_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

} // namespace tokenledger::bench
