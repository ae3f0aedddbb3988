// Socket files, the peer's uid or address, extra fields of a reply, and requests without a body.
#include "http/server.hpp"
#include "scratch_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace {

using namespace tokenledger::daemon;
using local = boost::asio::local::stream_protocol;

struct scratch {
    [[nodiscard]] std::string path(const char* name) const { return (directory.path() / name).string(); }

    tokenledger::test::scratch_directory directory;
};

// Replies with the peer and the request, and adds a header field.
http_handlers telling_service() {
    return {.admit = [](const http_head& head, const http_peer& peer) -> http_handlers::admitted {
                return [&head, &peer](const std::string& body, std::chrono::steady_clock::time_point,
                                      const respond_fn&) {
                    const std::string uid = peer.uid ? std::to_string(*peer.uid) : "none";
                    return http_reply{.body = std::string(head.method_string()) + " uid=" + uid +
                                              " address=" + peer.address + " body=" + body,
                                      .content_type = "application/problem+json",
                                      .fields = {{"Idempotency-Replayed", "true"}}};
                };
            },
            .fault = [](http_fault what) { return http_reply{.status = status_of(what)}; },
            .replied = {}};
}

class running_server {
  public:
    explicit running_server(listening_socket at)
        : server_(io_, "test", one(std::move(at)), telling_service(), {}) {
        server_.start();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~running_server() {
        boost::asio::post(io_, [this] { server_.drain([] {}); });
        thread_.join();
    }
    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;

  private:
    static std::vector<listening_socket> one(listening_socket at) {
        std::vector<listening_socket> made;
        made.push_back(std::move(at));
        return made;
    }
    boost::asio::io_context io_{1};
    http_server server_;
    std::thread thread_;
};

// The whole reply, up to the end of the connection.
template <class Endpoint>
std::string ask(const Endpoint& at, const std::string& request) {
    boost::asio::io_context io;
    typename Endpoint::protocol_type::socket socket(io);
    socket.connect(at);
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
    return answer;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::error_code failure_of(const socket_file& file) {
    try {
        const listening_socket made = listen_at(file);
        return {};
    } catch (const std::system_error& error) {
        return error.code();
    }
}

BOOST_FIXTURE_TEST_SUITE(listening_sockets, scratch)

BOOST_AUTO_TEST_CASE(a_socket_file_has_its_mode_whatever_the_umask) {
    const ::mode_t before = ::umask(0777);
    const listening_socket made = listen_at(socket_file{.path = path("a.sock"), .mode = 0660});
    ::umask(before);
    struct stat is {};
    BOOST_TEST_REQUIRE(::stat(path("a.sock").c_str(), &is) == 0);
    BOOST_TEST((is.st_mode & 07777U) == 0660U);
    BOOST_TEST(made.family() == AF_UNIX);
    BOOST_TEST(made.address() == path("a.sock"));
}

BOOST_AUTO_TEST_CASE(a_socket_file_is_removed_with_its_listener) {
    { const listening_socket made = listen_at(socket_file{.path = path("a.sock")}); }
    BOOST_TEST(!std::filesystem::exists(path("a.sock")));
}

BOOST_AUTO_TEST_CASE(a_socket_file_that_a_killed_daemon_left_behind_is_replaced) {
    boost::asio::io_context io;
    { const local::acceptor left_behind(io, local::endpoint(path("a.sock"))); }
    BOOST_TEST(std::filesystem::exists(path("a.sock")));
    BOOST_TEST(!failure_of({.path = path("a.sock")}));
}

BOOST_AUTO_TEST_CASE(a_socket_in_use_and_a_file_of_another_kind_are_left_alone) {
    const listening_socket first = listen_at(socket_file{.path = path("a.sock")});
    BOOST_TEST((failure_of({.path = path("a.sock")}) == std::errc::address_in_use));
    BOOST_TEST(std::filesystem::exists(path("a.sock")));
    std::ofstream(path("file")) << "kept";
    BOOST_TEST((failure_of({.path = path("file")}) == std::errc::address_in_use));
    BOOST_TEST(std::filesystem::file_size(path("file")) == 4U);
}

BOOST_AUTO_TEST_CASE(an_unknown_group_and_a_path_too_long_are_errors_and_leave_no_file) {
    BOOST_TEST((failure_of({.path = path("a.sock"), .group = "no-such-group"}) ==
                std::errc::no_such_file_or_directory));
    BOOST_TEST(!std::filesystem::exists(path("a.sock")));
    BOOST_TEST((failure_of({.path = path("a") + std::string(108, 'a')}) == std::errc::filename_too_long));
}

BOOST_AUTO_TEST_CASE(over_a_unix_socket_the_service_has_the_uid_and_the_client_gets_every_field) {
    const running_server server(listen_at(socket_file{.path = path("a.sock")}));
    const std::string answer =
        ask(local::endpoint(path("a.sock")),
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    BOOST_TEST(contains(answer, "POST uid=" + std::to_string(::getuid()) + " address= body=hi"));
    BOOST_TEST(contains(answer, "\r\nIdempotency-Replayed: true\r\n"));
    BOOST_TEST(contains(answer, "\r\nContent-Type: application/problem+json\r\n"));
}

BOOST_AUTO_TEST_CASE(over_tcp_the_service_has_the_address_and_no_uid) {
    listening_socket at = listen_at(listen_address{"127.0.0.1", 0});
    const std::uint16_t port = at.port();
    BOOST_TEST(at.address() == "127.0.0.1:" + std::to_string(port));
    const running_server server(std::move(at));
    const boost::asio::ip::tcp::endpoint there(boost::asio::ip::make_address("127.0.0.1"), port);
    const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string both = ask(there, get + "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    BOOST_TEST(contains(both, "GET uid=none address=127.0.0.1 body="));
    BOOST_TEST(!contains(both, "HEAD uid"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
