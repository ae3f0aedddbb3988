// Opening, naming and closing the sockets to accept on.
#include "sockets/listening_socket.hpp"

#include "config/address.hpp"

#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace tokenledger::daemon {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

void check(int result, const std::string& what) {
    if (result != 0)
        fail(errno, what);
}

base::file_descriptor open_socket(int family, const std::string& text) {
    const int opened = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (opened < 0)
        fail(errno, text);
    return base::file_descriptor(opened);
}

// The sockets' calls take every family under one name.
template <class Address>
const sockaddr* as_any(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address); // NOLINT(*-reinterpret-cast)
}

template <class Address>
void bind_to(int descriptor, const Address& address, const std::string& text) {
    check(::bind(descriptor, as_any(address), sizeof address), text);
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un made{};
    made.sun_family = AF_UNIX;
    if (path.size() >= sizeof made.sun_path)
        fail(ENAMETOOLONG, path);
    std::memcpy(made.sun_path, path.data(), path.size());
    return made;
}

// Removes the socket file of a daemon that was killed.
void remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat is {};
    if (::lstat(path.c_str(), &is) != 0)
        return;
    const base::file_descriptor probe = open_socket(AF_UNIX, path);
    if (!S_ISSOCK(is.st_mode) || ::connect(probe.get(), as_any(address), sizeof address) == 0 ||
        errno != ECONNREFUSED)
        fail(EADDRINUSE, path);
    check(::unlink(path.c_str()), path);
}

gid_t group_of(const std::string& name) {
    std::array<char, 16384> room{};
    ::group entry{};
    ::group* found = nullptr;
    const int error = ::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
    if (found == nullptr)
        fail(error != 0 ? error : ENOENT, "the group " + name);
    return entry.gr_gid;
}

} // namespace

listening_socket::listening_socket(int descriptor) : descriptor_(descriptor) {
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &size) != 0) // NOLINT
        fail(errno, "a listening socket");
    family_ = local.ss_family;
    if (family_ == AF_UNIX) {
        sockaddr_un named{};
        std::memcpy(&named, &local, sizeof named);
        address_ = named.sun_path;
        return;
    }
    std::array<char, INET6_ADDRSTRLEN> host{};
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    std::memcpy(&v4, &local, sizeof v4);
    std::memcpy(&v6, &local, sizeof v6);
    if (family_ == AF_INET6)
        ::inet_ntop(AF_INET6, &v6.sin6_addr, host.data(), host.size());
    else
        ::inet_ntop(AF_INET, &v4.sin_addr, host.data(), host.size());
    port_ = ntohs(family_ == AF_INET6 ? v6.sin6_port : v4.sin_port);
    address_ = to_string(listen_address{host.data(), port_});
}

listening_socket::listening_socket(listening_socket&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      family_(other.family_),
      address_(std::move(other.address_)),
      port_(other.port_),
      made_file_(std::exchange(other.made_file_, false)) {
}

listening_socket& listening_socket::operator=(listening_socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(family_, other.family_);
    std::swap(address_, other.address_);
    std::swap(port_, other.port_);
    std::swap(made_file_, other.made_file_);
    return *this;
}

listening_socket::~listening_socket() {
    unlink();
}

void listening_socket::unlink() noexcept {
    if (std::exchange(made_file_, false))
        ::unlink(address_.c_str());
}

listening_socket listen_at(const listen_address& address) {
    const std::string text = to_string(address);
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    const bool is_v6 = ::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1;
    if (!is_v6 && ::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) != 1)
        fail(EINVAL, text);
    base::file_descriptor made = open_socket(is_v6 ? AF_INET6 : AF_INET, text);
    const int on = 1;
    check(::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), text);
    if (is_v6) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        check(::setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on), text);
        bind_to(made.get(), v6, text);
    } else {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        bind_to(made.get(), v4, text);
    }
    check(::listen(made.get(), SOMAXCONN), text);
    return listening_socket(made.release());
}

listening_socket listen_at(const socket_file& file) {
    const sockaddr_un address = unix_address(file.path);
    remove_stale(file.path, address);
    base::file_descriptor opened = open_socket(AF_UNIX, file.path);
    bind_to(opened.get(), address, file.path);
    listening_socket made(opened.release());
    made.made_file_ = true;
    // Nobody can connect before listen(), so no client gets in before group and mode are set.
    if (!file.group.empty())
        check(::chown(file.path.c_str(), static_cast<uid_t>(-1), group_of(file.group)), file.path);
    check(::chmod(file.path.c_str(), file.mode), file.path);
    check(::listen(made.descriptor(), SOMAXCONN), file.path);
    return made;
}

} // namespace tokenledger::daemon
