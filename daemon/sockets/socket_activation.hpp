// The sockets of every listener: opened as configured, or handed over by systemd and told apart by name.
#pragma once

#include "config/config.hpp"
#include "sockets/listening_socket.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::daemon {

// Names that systemd's FileDescriptorName= may give; the second of each is the default, the unit's own name.
inline constexpr std::string_view webhook_socket_name = "webhook";
inline constexpr std::string_view webhook_socket_unit = "tokenledgerd.socket";
inline constexpr std::string_view admin_socket_name = "admin";
inline constexpr std::string_view admin_socket_unit = "tokenledgerd-admin.socket";
inline constexpr std::string_view operations_socket_name = "operations";
inline constexpr std::string_view operations_socket_unit = "tokenledgerd-operations.socket";

struct handed_socket {
    std::string name;
    listening_socket socket;
};

// What systemd has handed over (LISTEN_FDS, LISTEN_FDNAMES), once: a second call finds nothing. Changes the
// environment, so before there are threads. Throws std::system_error, or handover_error for what is no
// listening stream socket.
[[nodiscard]] std::vector<handed_socket> take_handed_sockets();

// A socket that was handed over belongs to no listener, so its clients would wait for ever.
class handover_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct admin_sockets {
    admin_listener_config with;
    std::vector<listening_socket> sockets;
};

struct listener_sockets {
    std::vector<listening_socket> webhook;
    std::vector<listening_socket> operations;
    std::vector<admin_sockets> admin;

    // A listener that was handed sockets listens at those alone; these open what the configuration says for
    // those that were not. Throw std::system_error.
    void open_operations(const config& with);
    void open_others(const config& with);

    // What each admin listener permits, as `loaded` has it for the same socket.
    void take_permits(const config& loaded);
};

// Gives each listener the sockets handed over for it. An admin listener is the one with that socket path,
// else the one with that name; "admin" without any [[admin.listener]] in the configuration is one with every
// default. Throws handover_error.
[[nodiscard]] listener_sockets assign_sockets(const config& with, std::vector<handed_socket> handed);

} // namespace tokenledger::daemon
