// Preloaded into a daemon by tests/system/cost_test.py: counts its allocations and system calls in a file
// that the test maps. Reading the file costs the daemon nothing.
//   LD_PRELOAD=libtokenledger_count_calls.so TOKENLEDGER_COUNTS=FILE tokenledgerd ...
// The file is an array of `counter`. Needs glibc and a build without sanitizers, which bring a malloc of
// their own.
#ifdef _FORTIFY_SOURCE
#undef _FORTIFY_SOURCE // its inline functions would clash with those below
#endif

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio_ext.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

struct counter {
    char name[24];
    std::atomic<std::uint64_t> count;
};
static_assert(sizeof(counter) == 32 && std::atomic<std::uint64_t>::is_always_lock_free);

// In the order of `names`.
enum index : std::size_t {
    allocations,
    allocated_bytes,
    receives,
    sends,
    log_writes,
    epoll_waits,
    epoll_ctls,
    polls,
    timer_settings
};
constexpr std::array names{"allocations", "allocated_bytes", "receives", "sends",         "log_writes",
                           "epoll_waits", "epoll_ctls",      "polls",    "timer_settings"};
static_assert(names.size() == timer_settings + 1);
using counters = std::array<counter, names.size()>;

counters before_start{}; // calls before the file is mapped; the loader has no threads
std::atomic<counters*> counted{&before_start};

void count(index which, std::uint64_t much = 1) {
    (*counted.load(std::memory_order_relaxed))[which].count.fetch_add(much, std::memory_order_relaxed);
}

void* count_allocation(void* made, std::size_t bytes) {
    count(allocations);
    count(allocated_bytes, bytes);
    return made;
}

void count_output(int descriptor) {
    count(descriptor == STDERR_FILENO ? log_writes : sends);
}

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    _exit(126);
}

__attribute__((constructor)) void map_file() {
    const char* file = std::getenv("TOKENLEDGER_COUNTS");
    if (file == nullptr)
        give_up("TOKENLEDGER_COUNTS");
    const int descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || ftruncate(descriptor, sizeof(counters)) != 0)
        give_up(file);
    void* mapped = mmap(nullptr, sizeof(counters), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED)
        give_up(file);
    close(descriptor);
    auto& shared = *static_cast<counters*>(mapped);
    for (std::size_t each = 0; each < names.size(); ++each)
        std::snprintf(shared[each].name, sizeof shared[each].name, "%s", names[each]);
    counted = &shared;
}

// The real function that this file intercepts.
template <class Function>
Function* behind(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace

// glibc's own names of its allocator, since dlsym allocates itself.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* old, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
    return count_allocation(__libc_malloc(bytes), bytes);
}
void* calloc(std::size_t number, std::size_t bytes) {
    return count_allocation(__libc_calloc(number, bytes), number * bytes);
}
void* realloc(void* old, std::size_t bytes) {
    return count_allocation(__libc_realloc(old, bytes), bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
    return count_allocation(__libc_memalign(alignment, bytes), bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
    return memalign(alignment, bytes);
}
int posix_memalign(void** made, std::size_t alignment, std::size_t bytes) {
    *made = memalign(alignment, bytes);
    return *made == nullptr ? ENOMEM : 0;
}

ssize_t recv(int socket, void* to, std::size_t bytes, int flags) {
    static auto* const real = behind<ssize_t(int, void*, std::size_t, int)>("recv");
    count(receives);
    return real(socket, to, bytes, flags);
}
ssize_t recvfrom(int socket, void* to, std::size_t bytes, int flags, sockaddr* from, socklen_t* length) {
    static auto* const real =
        behind<ssize_t(int, void*, std::size_t, int, sockaddr*, socklen_t*)>("recvfrom");
    count(receives);
    return real(socket, to, bytes, flags, from, length);
}
ssize_t recvmsg(int socket, msghdr* message, int flags) {
    static auto* const real = behind<ssize_t(int, msghdr*, int)>("recvmsg");
    count(receives);
    return real(socket, message, flags);
}
ssize_t read(int descriptor, void* to, std::size_t bytes) {
    static auto* const real = behind<ssize_t(int, void*, std::size_t)>("read");
    count(receives);
    return real(descriptor, to, bytes);
}
ssize_t readv(int descriptor, const iovec* to, int pieces) {
    static auto* const real = behind<ssize_t(int, const iovec*, int)>("readv");
    count(receives);
    return real(descriptor, to, pieces);
}
// _FORTIFY_SOURCE calls these for recv, recvfrom and read if it knows the size of the buffer.
ssize_t __recv_chk(int socket, void* to, std::size_t bytes, std::size_t, int flags) {
    return recv(socket, to, bytes, flags);
}
ssize_t __recvfrom_chk(int socket, void* to, std::size_t bytes, std::size_t, int flags, sockaddr* from,
                       socklen_t* length) {
    return recvfrom(socket, to, bytes, flags, from, length);
}
ssize_t __read_chk(int descriptor, void* to, std::size_t bytes, std::size_t) {
    return read(descriptor, to, bytes);
}

ssize_t send(int socket, const void* from, std::size_t bytes, int flags) {
    static auto* const real = behind<ssize_t(int, const void*, std::size_t, int)>("send");
    count(sends);
    return real(socket, from, bytes, flags);
}
ssize_t sendto(int socket, const void* from, std::size_t bytes, int flags, const sockaddr* to,
               socklen_t length) {
    static auto* const real =
        behind<ssize_t(int, const void*, std::size_t, int, const sockaddr*, socklen_t)>("sendto");
    count(sends);
    return real(socket, from, bytes, flags, to, length);
}
ssize_t sendmsg(int socket, const msghdr* message, int flags) {
    static auto* const real = behind<ssize_t(int, const msghdr*, int)>("sendmsg");
    count(sends);
    return real(socket, message, flags);
}
ssize_t write(int descriptor, const void* from, std::size_t bytes) {
    static auto* const real = behind<ssize_t(int, const void*, std::size_t)>("write");
    count_output(descriptor);
    return real(descriptor, from, bytes);
}
ssize_t writev(int descriptor, const iovec* from, int pieces) {
    static auto* const real = behind<ssize_t(int, const iovec*, int)>("writev");
    count_output(descriptor);
    return real(descriptor, from, pieces);
}
// stdio's own write cannot be intercepted; but a flush of the log with a filled buffer is one write.
int fflush(FILE* what) {
    static auto* const real = behind<int(FILE*)>("fflush");
    if (what != nullptr && fileno(what) == STDERR_FILENO && __fpending(what) > 0)
        count(log_writes);
    return real(what);
}

int epoll_wait(int poll, epoll_event* events, int room, int timeout) {
    static auto* const real = behind<int(int, epoll_event*, int, int)>("epoll_wait");
    count(epoll_waits);
    return real(poll, events, room, timeout);
}
int epoll_ctl(int poll, int operation, int descriptor, epoll_event* event) noexcept {
    static auto* const real = behind<int(int, int, int, epoll_event*)>("epoll_ctl");
    count(epoll_ctls);
    return real(poll, operation, descriptor, event);
}
int poll(pollfd* descriptors, nfds_t number, int timeout) {
    static auto* const real = behind<int(pollfd*, nfds_t, int)>("poll");
    count(polls);
    return real(descriptors, number, timeout);
}
int __poll_chk(pollfd* descriptors, nfds_t number, int timeout, std::size_t) {
    return poll(descriptors, number, timeout);
}
int ppoll(pollfd* descriptors, nfds_t number, const timespec* timeout, const sigset_t* mask) {
    static auto* const real = behind<int(pollfd*, nfds_t, const timespec*, const sigset_t*)>("ppoll");
    count(polls);
    return real(descriptors, number, timeout, mask);
}
int timerfd_settime(int timer_fd, int flags, const itimerspec* next, itimerspec* before) noexcept {
    static auto* const real = behind<int(int, int, const itimerspec*, itimerspec*)>("timerfd_settime");
    count(timer_settings);
    return real(timer_fd, flags, next, before);
}
}
