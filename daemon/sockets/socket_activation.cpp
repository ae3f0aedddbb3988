// Assigns sockets to listeners.
#include "sockets/socket_activation.hpp"

#include <systemd/sd-daemon.h>

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

namespace tokenledger::daemon {

namespace {

struct free_names {
    void operator()(char** names) const noexcept {
        for (char** each = names; *each != nullptr; ++each)
            std::free(*each); // NOLINT(*-no-malloc): libsystemd allocated them
        std::free(names);     // NOLINT(*-no-malloc, bugprone-multi-level-implicit-pointer-conversion)
    }
};

void open_unless_handed(std::vector<listening_socket>& sockets,
                        const std::vector<listen_address>& addresses) {
    if (!sockets.empty())
        return;
    for (const listen_address& each : addresses)
        sockets.push_back(listen_at(each));
}

bool is_one_of(std::string_view name, std::string_view either, std::string_view other) {
    return name == either || name == other;
}

class sorter {
  public:
    explicit sorter(const config& with) {
        for (const admin_listener_config& each : with.admin.listeners)
            made_.admin.push_back({each, {}});
        if (made_.admin.empty())
            fallback_ = {admin_listener_config(), {}};
    }

    void place(handed_socket from) {
        if (is_one_of(from.name, webhook_socket_name, webhook_socket_unit))
            made_.webhook.push_back(std::move(from.socket));
        else if (is_one_of(from.name, operations_socket_name, operations_socket_unit))
            made_.operations.push_back(std::move(from.socket));
        else if (admin_sockets* listener = admin_listener_of(from))
            listener->sockets.push_back(std::move(from.socket));
        else
            throw handover_error("the socket " + from.name + " (" + from.socket.address() +
                                 ") was handed over, but no listener has this name or path");
    }

    listener_sockets finish() {
        if (!fallback_.sockets.empty())
            made_.admin.push_back(std::move(fallback_));
        return std::move(made_);
    }

  private:
    // Admin listeners identify clients by their uid, which only a unix socket provides.
    admin_sockets* admin_listener_of(const handed_socket& from) {
        if (from.socket.family() != AF_UNIX)
            return nullptr;
        auto found = std::ranges::find(made_.admin, from.socket.address(),
                                       [](const admin_sockets& each) { return each.with.file.path; });
        if (found == made_.admin.end())
            found = std::ranges::find(made_.admin, from.name,
                                      [](const admin_sockets& each) { return each.with.name; });
        if (found != made_.admin.end())
            return &*found;
        const bool is_admin = is_one_of(from.name, admin_socket_name, admin_socket_unit);
        if (is_admin && made_.admin.empty())
            return &fallback_;
        // The unit's name stands for the only listener.
        return is_admin && made_.admin.size() == 1 ? &made_.admin.front() : nullptr;
    }

    listener_sockets made_;
    admin_sockets fallback_;
};

} // namespace

std::vector<handed_socket> take_handed_sockets() {
    char** list = nullptr;
    const int count = ::sd_listen_fds_with_names(1, &list);
    if (count < 0)
        throw std::system_error(-count, std::generic_category(), "the sockets handed over by systemd");
    std::vector<handed_socket> made;
    if (count == 0)
        return made;
    const std::unique_ptr<char*, free_names> names(list);
    for (int i = 0; i < count; ++i) {
        const int descriptor = SD_LISTEN_FDS_START + i;
        const std::string name = names.get()[i];
        if (::sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
            throw handover_error("the descriptor " + name +
                                 " was handed over, but it is no listening stream socket");
        const int flags = ::fcntl(descriptor, F_GETFL);
        if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0)
            throw std::system_error(errno, std::generic_category(), name);
        made.push_back({name, listening_socket(descriptor)});
    }
    return made;
}

void listener_sockets::open_operations(const config& with) {
    open_unless_handed(operations, with.operations.listen);
}

void listener_sockets::open_others(const config& with) {
    open_unless_handed(webhook, with.webhook.listen);
    for (admin_sockets& each : admin) {
        if (each.sockets.empty())
            each.sockets.push_back(listen_at(each.with.file));
    }
}

void listener_sockets::take_permits(const config& loaded) {
    for (admin_sockets& each : admin) {
        if (const admin_listener_config* same = same_listener(each.with, loaded)) {
            each.with.permits = same->permits;
            each.with.max_tokens_per_request = same->max_tokens_per_request;
        }
    }
}

listener_sockets assign_sockets(const config& with, std::vector<handed_socket> handed) {
    sorter sort(with);
    for (handed_socket& each : handed)
        sort.place(std::move(each));
    return sort.finish();
}

} // namespace tokenledger::daemon
