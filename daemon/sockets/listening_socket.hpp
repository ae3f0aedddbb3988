// Sockets to accept on: TCP, a socket file created here, or one handed over by systemd. Plain descriptors,
// no Asio.
#pragma once

#include "base/file_descriptor.hpp"
#include "config/config.hpp"

#include <cstdint>
#include <string>

namespace tokenledger::daemon {

// Already listening. Its destructor closes it and removes the socket file that was created for it.
class listening_socket {
  public:
    // Throws std::system_error, like the functions below.
    explicit listening_socket(int descriptor);
    listening_socket(listening_socket&& other) noexcept;
    listening_socket& operator=(listening_socket&& other) noexcept;
    ~listening_socket();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    [[nodiscard]] int family() const noexcept { return family_; } // AF_INET, AF_INET6, AF_UNIX
    // "127.0.0.1:8787", "[::1]:8787", "/run/tokenledger/admin.sock".
    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; } // 0: not a TCP socket

    // Gives up the descriptor, which the caller closes. The file stays this object's.
    [[nodiscard]] int release() noexcept { return descriptor_.release(); }
    // Removes the socket file if it was created here, so that no new client finds it.
    void unlink() noexcept;

  private:
    friend listening_socket listen_at(const socket_file& file);

    base::file_descriptor descriptor_;
    int family_ = 0;
    std::string address_;
    std::uint16_t port_ = 0;
    bool made_file_ = false;
};

[[nodiscard]] listening_socket listen_at(const listen_address& address);
// Replaces a socket file that nobody listens at. EADDRINUSE if somebody does, or if the file is not a
// socket.
[[nodiscard]] listening_socket listen_at(const socket_file& file);

} // namespace tokenledger::daemon
