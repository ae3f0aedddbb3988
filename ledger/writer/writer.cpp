// A worker takes all that waits, runs it as one transaction, and completes each command exactly once. While
// a commit is on its way the next batch collects: no timer, no linger.
//
//         submit() ---> queue, bounded ---> take(): up to max_batch commands      one worker per store
//            |                                 |
//         accepted                             v
//         queue_full               +--> run_until_done()
//         stopping                 |      |-- deadline passed --> complete: unavailable::deadline
//                                  |      v
//                                  |    attempt(), one transaction
//                                  |      |-- committed --------> complete: outcomes
//                                  |      |-- outdated ---------> complete: unavailable::outdated
//         conflict, unavailable,   |      |
//         in_doubt: after a pause, |<-----|
//         doubled each time        |      |-- refused: isolate()
//                                  |             |-- broken even alone --> complete: unavailable::broken
//         refused: each half, or   |             |
//         one event as parked      +<------------+
//
// Why batches: COMMIT waits for the disk, and a batch shares the wait. The size regulates itself. `forming`
// counts commands that workers have taken and whose COMMIT has not begun; a worker takes the queue when it
// is as long as that, or max_batch. So a lone command starts at once, and under load the next batch grows
// while the last one is read, planned and written.
//
// Exactly once: a command and its ticket move together, from the queue into one batch, and into one half
// when that is split. Every way out of run_until_done() completes the tickets of its batch. stop() ends a
// worker only when the queue is empty.
//
// Running again is safe: a transaction that failed has written nothing. After in_doubt it may be committed.
// Event ids, PaymentIntents and keys are unique in the database, so the next attempt finds what the first
// one wrote, and answers `duplicate` or what the key's first command posted.
#include "ledger/writer.hpp"

#include "writer/run_batch.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace tokenledger::ledger {

namespace {

using steady = std::chrono::steady_clock;

struct ticket {
    steady::time_point deadline;
    completion_fn completed;

    // Once and no more, even if the receiver cannot take the answer: the commit stands either way.
    void complete(completion value) const noexcept {
        try {
            completed(std::move(value));
        } catch (...) { // NOLINT(bugprone-empty-catch): there is nobody to tell
        }
    }
};

// Commands and their tickets in step: the store wants the commands in a row.
struct work {
    std::vector<command> commands;
    std::vector<ticket> tickets;

    [[nodiscard]] std::size_t size() const noexcept { return commands.size(); }

    void push(command what, ticket who) {
        commands.push_back(std::move(what));
        tickets.push_back(std::move(who));
    }

    // Cuts off and returns the second half.
    [[nodiscard]] work split() {
        const auto half = static_cast<std::ptrdiff_t>(size() / 2);
        work rest;
        rest.commands.assign(std::make_move_iterator(commands.begin() + half),
                             std::make_move_iterator(commands.end()));
        rest.tickets.assign(std::make_move_iterator(tickets.begin() + half),
                            std::make_move_iterator(tickets.end()));
        commands.erase(commands.begin() + half, commands.end());
        tickets.erase(tickets.begin() + half, tickets.end());
        return rest;
    }

    void complete(std::vector<outcome> outcomes) {
        for (std::size_t i = 0; i < size(); ++i)
            tickets[i].complete(std::move(outcomes[i]));
    }

    void complete(unavailable why) {
        for (const ticket& each : tickets)
            each.complete(why);
        commands.clear();
        tickets.clear();
    }

    void drop_expired(steady::time_point now) {
        work alive;
        if (std::none_of(tickets.begin(), tickets.end(), [&](const ticket& t) { return t.deadline <= now; }))
            return;
        for (std::size_t i = 0; i < size(); ++i) {
            if (tickets[i].deadline <= now)
                tickets[i].complete(unavailable::deadline);
            else
                alive.push(std::move(commands[i]), std::move(tickets[i]));
        }
        *this = std::move(alive);
    }
};

// An event that the database refuses is stored for an operator. A request is not: its client waits for the
// answer.
bool park_as_refused(command& what) {
    auto* stripe = std::get_if<stripe_command>(&what);
    if (stripe != nullptr)
        stripe->effect = park_event{reason::store_refused};
    return stripe != nullptr;
}

} // namespace

struct writer::state {
    writer_options options;
    std::vector<std::unique_ptr<store>> stores;
    std::function<void(const batch_report&)> observe;

    mutable std::mutex guard;
    std::condition_variable arrived;
    std::deque<std::pair<command, ticket>> queue;
    std::size_t forming = 0; // commands in the workers' hands whose COMMIT has not begun
    bool stopping = false;
    std::vector<std::thread> workers;

    struct worker {
        store& where;
        std::size_t forming = 0; // its share
    };

    // A batch costs as much as many commands. While one is being read, planned and written, another begins
    // only if it has as much to do; once that one's COMMIT has begun, with whatever waits. So batches grow
    // with the load, no command waits for a timer, and a batch that is stuck holds back no more commands
    // than its own size.
    [[nodiscard]] bool worth_taking() const {
        return !queue.empty() && queue.size() >= std::min(forming, options.max_batch);
    }

    [[nodiscard]] work take(worker& by) {
        work taken;
        std::unique_lock hold(guard);
        arrived.wait(hold, [&] { return stopping || worth_taking(); });
        const std::size_t count = std::min(queue.size(), options.max_batch);
        for (std::size_t i = 0; i < count; ++i) {
            taken.push(std::move(queue.front().first), std::move(queue.front().second));
            queue.pop_front();
        }
        by.forming = count;
        forming += count;
        if (worth_taking())
            arrived.notify_one(); // there is enough for another worker
        return taken;
    }

    // This worker's batch is about to be committed, or has failed.
    void formed(worker& by) {
        const std::lock_guard hold(guard);
        forming -= std::exchange(by.forming, 0);
        if (worth_taking())
            arrived.notify_one();
    }

    void run(store& where) {
        worker self{.where = where};
        for (work batch = take(self); batch.size() != 0; batch = take(self)) {
            run_until_done(self, std::move(batch), false);
            formed(self);
        }
    }

    // Runs the batch until it is committed, refused, or past every deadline. `isolated`: its one command
    // has already been turned into a parked event.
    void run_until_done(worker& by, work batch, bool isolated) {
        auto delay = options.retry_delay_min;
        for (;;) {
            batch.drop_expired(steady::now());
            if (batch.size() == 0)
                return;
            const auto failure = attempt(by, batch);
            if (!failure)
                return;
            if (*failure == store_failure::refused)
                return isolate(by, std::move(batch), isolated);
            if (*failure == store_failure::outdated)
                return batch.complete(unavailable::outdated);
            std::this_thread::sleep_for(delay);
            delay = std::min(delay * 2, options.retry_delay_max);
        }
    }

    // One attempt; completes the batch if it was committed.
    std::optional<store_failure> attempt(worker& by, work& batch) {
        const auto begun = steady::now();
        batch_report report{.commands = batch.size()};
        std::string detail;
        try {
            std::vector<outcome> outcomes = run_batch(
                by.where, batch.commands, [&] { formed(by); }, &report.expiries);
            report.committed = true;
            report.duration = steady::now() - begun;
            tell(report);
            batch.complete(std::move(outcomes));
            return std::nullopt;
        } catch (const store_error& error) {
            report.failure = error.failure();
            detail = error.what();
        } catch (const std::exception& error) {
            report.failure = store_failure::unavailable; // out of memory, for one: nothing was committed
            detail = error.what();
        }
        formed(by); // new commands need not wait for its next attempt
        report.duration = steady::now() - begun;
        report.detail = detail;
        tell(report);
        return report.failure;
    }

    // The database refuses some row. Halve until the culprit stands alone; the neighbours commit as usual.
    void isolate(worker& by, work batch, bool isolated) {
        if (batch.size() > 1) {
            work rest = batch.split();
            run_until_done(by, std::move(batch), false);
            run_until_done(by, std::move(rest), false);
        } else if (!isolated && park_as_refused(batch.commands.front())) {
            run_until_done(by, std::move(batch), true);
        } else {
            batch.complete(unavailable::broken); // not even the parked event can be stored
        }
    }

    void tell(const batch_report& report) const {
        if (observe)
            observe(report);
    }
};

writer::writer(writer_options options, std::vector<std::unique_ptr<store>> stores,
               std::function<void(const batch_report&)> observe)
    : state_(std::make_unique<state>()) {
    state_->options = options;
    state_->stores = std::move(stores);
    state_->observe = std::move(observe);
    for (const auto& each : state_->stores)
        state_->workers.emplace_back([this, &where = *each] { state_->run(where); });
}

writer::~writer() {
    stop();
}

admission writer::submit(command what, std::chrono::steady_clock::time_point deadline,
                         completion_fn completed) {
    bool enough = false; // if not, the next worker to commit takes it: waking one costs two switches
    {
        const std::lock_guard hold(state_->guard);
        if (state_->stopping)
            return admission::stopping;
        if (state_->queue.size() >= state_->options.queue_limit)
            return admission::queue_full;
        state_->queue.emplace_back(std::move(what), ticket{deadline, std::move(completed)});
        enough = state_->worth_taking();
    }
    if (enough)
        state_->arrived.notify_one();
    return admission::accepted;
}

void writer::stop() {
    {
        const std::lock_guard hold(state_->guard);
        state_->stopping = true;
    }
    state_->arrived.notify_all();
    for (std::thread& each : state_->workers) {
        if (each.joinable())
            each.join();
    }
}

std::size_t writer::queue_depth() const {
    const std::lock_guard hold(state_->guard);
    return state_->queue.size();
}

} // namespace tokenledger::ledger
