// The load: one thread, raw non-blocking sockets, epoll.
#include "client.hpp"

#include "request_maker.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <ctime>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace tokenledger::bench {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t patience_ns = 10 * second_ns; // without an answer for so long the run ends
constexpr std::uint64_t max_broken = 1000;

std::int64_t read_clock(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return now.tv_sec * second_ns + now.tv_nsec;
}
std::int64_t now() {
    return read_clock(CLOCK_MONOTONIC);
}
std::int64_t cpu_time() {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

// As many descriptors as the system allows: each connection is one.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

load_client::load_client(const load_options& options, request_maker& maker)
    : options_(options),
      maker_(maker),
      poll_(epoll_create1(EPOLL_CLOEXEC)),
      connections_(options.connections) {
    if (poll_ < 0)
        fail("epoll_create1");
    raise_descriptor_limit();
    prctl(PR_SET_TIMERSLACK, 1000UL); // 1 us: an open loop sends on time
    total_ = options.requests;
    if (options.rate > 0)
        total_ = std::min(total_, static_cast<std::uint64_t>(options.rate * options.duration_s) + 1);
    result_.latencies_ns.reserve(total_);
    for (std::uint32_t i = 0; i < options.connections; ++i) {
        open(i);
        free_.push_back(i);
    }
}

load_client::~load_client() {
    for (const auto& each : connections_) {
        if (each.socket >= 0)
            close(each.socket);
    }
    close(poll_);
}

void load_client::watch(std::uint32_t index, int operation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u32 = index;
    epoll_ctl(poll_, operation, connections_[index].socket, &event);
}

void load_client::open(std::uint32_t index) {
    auto& on = connections_[index];
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(options_.port);
    inet_pton(AF_INET, options_.address.c_str(), &there.sin_addr);
    on.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // Connecting blocks: over loopback it is done at once or refused.
    if (on.socket < 0 || connect(on.socket, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0)
        fail("cannot connect");
    const int yes = 1;
    setsockopt(on.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(index, EPOLL_CTL_ADD, EPOLLIN);
}

void load_client::reopen(std::uint32_t index) {
    auto& on = connections_[index];
    close(on.socket);
    on.socket = -1;
    on.have = 0;
    on.rest.clear();
    open(index);
}

std::int64_t load_client::due_ns() const {
    return options_.rate > 0
               ? start_ns_ + static_cast<std::int64_t>(static_cast<double>(sent_) * 1e9 / options_.rate)
               : start_ns_;
}

bool load_client::more(std::int64_t now_ns) const {
    return sent_ < total_ && now_ns < last_begin_ns_ && !result_.gave_up;
}

void load_client::begin_due(std::int64_t now_ns) {
    while (!free_.empty() && more(now_ns) && due_ns() <= now_ns) {
        const auto index = free_.back();
        free_.pop_back();
        begin(index, options_.rate > 0 ? due_ns() : now_ns);
    }
}

void load_client::begin(std::uint32_t index, std::int64_t begun_ns) {
    auto& on = connections_[index];
    const auto request = maker_.request(sent_++);
    on.begun_ns = begun_ns;
    on.left_ns = options_.log.empty() ? 0 : now();
    on.waiting = true;
    ++in_flight_;
    const ssize_t taken = send(on.socket, request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    const auto done = static_cast<std::size_t>(std::max<ssize_t>(taken, 0)); // an error shows when reading
    if (done < request.size()) {
        on.rest = request.substr(done);
        watch(index, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
}

void load_client::on_writable(connection& on, std::uint32_t index) {
    const ssize_t taken = send(on.socket, on.rest.data(), on.rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    on.rest.erase(0, static_cast<std::size_t>(std::max<ssize_t>(taken, 0)));
    if (on.rest.empty())
        watch(index, EPOLL_CTL_MOD, EPOLLIN);
}

void load_client::on_readable(std::uint32_t index) {
    auto& on = connections_[index];
    const ssize_t got = recv(on.socket, on.in.data() + on.have, on.in.size() - on.have, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) { // an answer that does not fit the buffer ends here as well
        if (on.waiting) {
            on.waiting = false;
            --in_flight_;
            free_.push_back(index);
            result_.gave_up = ++result_.broken > max_broken || result_.gave_up;
        }
        reopen(index);
        return;
    }
    on.have += static_cast<std::size_t>(got);
    if (const auto whole = parse_answer({on.in.data(), on.have}))
        finish(index, *whole);
}

void load_client::finish(std::uint32_t index, const answer& got) {
    auto& on = connections_[index];
    last_answer_ns_ = now();
    if (on.waiting) {
        on.waiting = false;
        --in_flight_;
        free_.push_back(index);
        result_.latencies_ns.push_back(last_answer_ns_ - on.begun_ns);
        if (!options_.log.empty())
            result_.lines.push_back({on.begun_ns, on.left_ns, last_answer_ns_, got.status});
    }
    count(got.status, got.result);
    // A connection whose answer came before the whole request was sent cannot be used again.
    if (got.close || !on.rest.empty()) {
        reopen(index);
    } else {
        on.have = 0;
    }
}

void load_client::count(int status, std::string_view result) {
    for (auto& kind : result_.answers) {
        if (kind.status == status && kind.result == result) {
            ++kind.count;
            return;
        }
    }
    result_.answers.push_back({status, std::string(result), 1});
}

void load_client::on_event(std::uint32_t index, std::uint32_t events) {
    if ((events & EPOLLOUT) != 0U)
        on_writable(connections_[index], index);
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0U)
        on_readable(index);
}

int load_client::wait(std::int64_t now_ns) {
    std::int64_t sleep_ns = patience_ns;
    if (!free_.empty() && more(now_ns))
        sleep_ns = std::clamp<std::int64_t>(due_ns() - now_ns, 0, patience_ns);
    const timespec timeout{sleep_ns / second_ns, sleep_ns % second_ns};
    const int ready =
        epoll_pwait2(poll_, events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
    if (ready < 0 && errno != EINTR)
        fail("epoll_pwait2");
    return ready;
}

run_result load_client::run() {
    const std::int64_t cpu_before = cpu_time();
    std::int64_t now_ns = start_ns_ = last_answer_ns_ = now();
    // An open loop that fell behind gets more time to send what is due.
    last_begin_ns_ = start_ns_ + static_cast<std::int64_t>(options_.duration_s * 1e9) +
                     (options_.rate > 0 ? patience_ns : 0);
    begin_due(now_ns);
    while (in_flight_ > 0 || more(now_ns)) {
        const int ready = wait(now_ns);
        for (int i = 0; i < ready; ++i) {
            const auto& event = events_.at(static_cast<std::size_t>(i));
            on_event(event.data.u32, event.events);
            begin_due(options_.rate > 0 ? now() : last_answer_ns_);
        }
        now_ns = now();
        begin_due(now_ns);
        if (in_flight_ > 0 && now_ns - std::max(last_answer_ns_, start_ns_) > patience_ns) {
            result_.gave_up = true;
            result_.broken += in_flight_;
            break;
        }
    }
    result_.elapsed_ns = last_answer_ns_ - start_ns_;
    result_.cpu_ns = cpu_time() - cpu_before;
    result_.unsent = options_.rate > 0 ? total_ - sent_ : 0;
    return std::move(result_);
}

} // namespace tokenledger::bench
