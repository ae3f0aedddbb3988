// The cheapest possible server.
#include "echo_responder.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace tokenledger::bench {
namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 62\r\n\r\n"
    "{\"result\": \"applied\", \"event\": \"evt_000000000000000000000000\"}";

} // namespace

echo_responder::echo_responder(std::size_t request_bytes) : request_bytes_(request_bytes) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof here;
    if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&here), length) != 0 ||
        listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &length) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot listen");
    }
    port_ = ntohs(here.sin_port);
    thread_ = std::thread([this] { serve(); });
}

echo_responder::~echo_responder() {
    stop_ = true;
    thread_.join();
    close(listener_);
}

void echo_responder::serve() {
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    const auto watch = [&](int socket) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = socket;
        epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
    };
    watch(listener_);
    std::map<int, std::size_t> received; // by socket: bytes of the request that is arriving
    std::array<epoll_event, 64> events{};
    std::array<char, 65536> buffer{};
    while (!stop_) {
        const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 50);
        for (int i = 0; i < ready; ++i) {
            const int socket = events.at(static_cast<std::size_t>(i)).data.fd;
            if (socket == listener_) {
                if (const int peer = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                    peer >= 0) {
                    const int on = 1;
                    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                    received[peer] = 0;
                    watch(peer);
                }
                continue;
            }
            const ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
            if (got <= 0) {
                received.erase(socket);
                close(socket);
                continue;
            }
            std::size_t& have = received[socket];
            have += static_cast<std::size_t>(got);
            if (have == request_bytes_) { // one request at a time is in flight
                have = 0;
                send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
        }
    }
    for (const auto& peer : received)
        close(peer.first);
    close(poll);
}

} // namespace tokenledger::bench
