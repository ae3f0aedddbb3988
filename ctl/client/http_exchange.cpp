// Blocking POSIX sockets for a command that waits for one answer; Beast parses it.
#include "client/http_exchange.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

namespace tokenledger::ctl {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t read_bytes = 65536;

std::string reason(int error) {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINPROGRESS)
        return "no answer in time";
    return std::generic_category().message(error);
}

class descriptor {
  public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    [[nodiscard]] int get() const noexcept { return number_; }

  private:
    int number_;
};

// A connected socket, or the reason for none in `why`. Linux applies SO_SNDTIMEO to connect() as well.
std::optional<descriptor> connected(int family, const sockaddr* address, socklen_t size,
                                    std::chrono::seconds timeout, std::string& why) {
    descriptor made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{.tv_sec = timeout.count(), .tv_usec = 0};
    if (made.get() < 0 || ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
        ::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        ::connect(made.get(), address, size) != 0) {
        why = reason(errno);
        return std::nullopt;
    }
    return made;
}

std::optional<descriptor> connect_unix(const std::string& path, std::chrono::seconds timeout,
                                       std::string& why) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path || path.find('\0') != std::string::npos) {
        why = "the path is too long for a socket";
        return std::nullopt;
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return connected(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, timeout, why);
}

std::optional<descriptor> connect_tcp(const endpoint& to, std::chrono::seconds timeout, std::string& why) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int error = ::getaddrinfo(to.host.c_str(), to.port.c_str(), &wanted, &list); error != 0) {
        why = ::gai_strerror(error);
        return std::nullopt;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(list, ::freeaddrinfo);
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
        if (auto made = connected(each->ai_family, each->ai_addr, each->ai_addrlen, timeout, why))
            return made;
    }
    return std::nullopt;
}

std::string written(const endpoint& to, const http_request& request) {
    std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
    out += "Host: " + (to.socket.empty() ? to.host + ":" + to.port : "localhost") + "\r\n";
    out += "Connection: close\r\n";
    if (request.method != "GET")
        out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    for (const auto& [name, value] : request.headers)
        out += name + ": " + value + "\r\n";
    return out + "\r\n" + request.body;
}

// A daemon that refuses a request early answers and closes, so after a failed send the answer is still
// read.
void send_all(int socket, std::string_view text) {
    while (!text.empty()) {
        const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

http_answer read_answer(int socket) {
    http_answer answer{.came = exchanged::no_answer};
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_answer_bytes);
    parser.eager(true);
    std::string unparsed;
    std::array<char, read_bytes> bytes{};
    boost::system::error_code error;
    while (!parser.is_done()) {
        const auto got = ::recv(socket, bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            answer.why = reason(errno);
            return answer;
        }
        if (got == 0) {
            parser.put_eof(error);
            if (error || !parser.is_done()) {
                answer.why = "the connection was closed before the answer was whole";
                return answer;
            }
            break;
        }
        unparsed.append(bytes.data(), static_cast<std::size_t>(got));
        const std::size_t used = parser.put(boost::asio::buffer(unparsed), error);
        unparsed.erase(0, used);
        if (error && error != http::error::need_more) {
            answer.why = "the answer is not HTTP: " + error.message();
            return answer;
        }
    }
    answer.came = exchanged::answered;
    answer.status = parser.get().result_int();
    answer.replayed = parser.get()["Idempotency-Replayed"] == "true";
    answer.body = std::move(parser.get().body());
    return answer;
}

} // namespace

http_answer exchange(const endpoint& to, const http_request& request, std::chrono::seconds timeout) {
    std::string why;
    const auto socket =
        to.socket.empty() ? connect_tcp(to, timeout, why) : connect_unix(to.socket, timeout, why);
    if (!socket)
        return {.came = exchanged::not_connected, .why = std::move(why)};
    send_all(socket->get(), written(to, request));
    return read_answer(socket->get());
}

} // namespace tokenledger::ctl
