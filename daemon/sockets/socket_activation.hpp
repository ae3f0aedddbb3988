// The sockets of every listener: opened as configured, or handed over by systemd and identified by name.
#pragma once

#include "config/config.hpp"
#include "sockets/listening_socket.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tokenledger::daemon {

// Names in systemd's FileDescriptorName=; the second of each is the default, the unit's own name.
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

// Takes the sockets that systemd handed over (LISTEN_FDS, LISTEN_FDNAMES); a second call finds none.
// Changes the environment, so call it before there are threads. Throws std::system_error, or handover_error
// if one is not a listening stream socket.
[[nodiscard]] std::vector<handed_socket> take_handed_sockets();

// A socket from systemd belongs to no listener: its clients would wait for ever.
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

    // A listener with sockets from systemd uses only those; these functions open the configured sockets of
    // the others. They throw std::system_error.
    void open_operations(const config& with);
    void open_others(const config& with);

    // Takes over the permits that `loaded` has for the same sockets.
    void take_permits(const config& loaded);
};

// Gives the handed sockets to their listeners. An admin socket belongs to the listener with its path, else
// to the one with its name; "admin" without any [[admin.listener]] in the configuration gets a listener
// with defaults. Throws handover_error.
[[nodiscard]] listener_sockets assign_sockets(const config& with, std::vector<handed_socket> handed);

} // namespace tokenledger::daemon
