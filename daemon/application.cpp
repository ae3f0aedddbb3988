// Order of members is order of construction; its reverse is the shutdown.
#include "application.hpp"

#include "commands/database.hpp"
#include "commands/reread_disputes.hpp"
#include "http/limits.hpp"
#include "http/server.hpp"
#include "services/admin.hpp"
#include "services/background_audit.hpp"
#include "services/monitoring.hpp"
#include "services/webhook.hpp"
#include "sockets/socket_activation.hpp"
#include "system/database_watch.hpp"
#include "system/log.hpp"
#include "system/metrics.hpp"
#include "system/systemd_notify.hpp"

#include "ledger/postgres.hpp"
#include "ledger/postgres_reader.hpp"
#include "ledger/postgres_writer.hpp"
#include "ledger/schema.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <list>
#include <thread>

namespace tokenledger::daemon {

namespace {

namespace asio = boost::asio;

std::vector<std::unique_ptr<ledger::reader>> make_readers(const config& with) {
    std::vector<std::unique_ptr<ledger::reader>> readers;
    for (std::size_t i = 0; i < reader_threads; ++i)
        readers.push_back(ledger::make_postgres_reader(postgres_options_of(with, with.database.url)));
    return readers;
}

constexpr std::chrono::seconds expiry_deadline{30};

std::int64_t seconds_since_epoch() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

class application {
  public:
    application(const config& with, const config_source& source, std::vector<handed_socket> handed)
        : config_(with),
          source_(source),
          sockets_(assign_sockets(with, std::move(handed))),
          limits_(limits_within_system(with)),
          signals_(io_, SIGTERM, SIGINT, SIGHUP),
          writer_(ledger::make_postgres_writer(
              {.max_batch = static_cast<std::size_t>(with.database.max_batch),
               .queue_limit = static_cast<std::size_t>(with.database.queue_limit)},
              postgres_options_of(with, with.database.url),
              static_cast<std::size_t>(with.database.connections),
              [this](const ledger::batch_report& report) { observe(report); })),
          webhook_(with, *writer_, metrics_, seconds_since_epoch),
          operations_(metrics_, {.refresh = [this] { refresh_metrics(); },
                                 .not_ready = [this] { return not_ready(); },
                                 .warning = [this] { return warning_; }}),
          audit_(std::in_place, postgres_options_of(with, with.database.url)),
          readers_(make_readers(with)),
          translator_(std::make_shared<event_translator>(with)),
          manager_(io_, [this] { return status_line(); }) {}

    int run() {
        await_signal();
        open_operations();
        manager_.start();
        watch_.emplace(
            postgres_options_of(config_, config_.database.url),
            [this](const database_report& report) { asio::post(io_, [this, report] { take(report); }); });
        try {
            io_.run();
        } catch (...) {
            writer_->stop(); // the commands that it still completes need the service
            throw;
        }
        audit_.reset();
        readers_.stop();
        writer_->stop(); // before the watch, to which it reports failures
        watch_.reset();
        log::info("stopped");
        // An impatient second SIGTERM must not turn a clean end into a death by signal.
        sigset_t ending;
        sigemptyset(&ending);
        sigaddset(&ending, SIGTERM);
        sigaddset(&ending, SIGINT);
        pthread_sigmask(SIG_BLOCK, &ending, nullptr);
        signals_.clear();
        std::signal(SIGTERM, SIG_IGN);
        std::signal(SIGINT, SIG_IGN);
        return status_;
    }

  private:
    // Waits for a database that is away; does not touch a schema that this program does not know.
    void take(const database_report& report) {
        using state = database_report::state;
        metrics_.database_up.Set(report.is == state::ready || report.is == state::schema ? 1 : 0);
        if (report.is == state::ready) {
            metrics_.events_parked.with().Set(static_cast<double>(report.parked));
            metrics_.events_waiting.with().Set(static_cast<double>(report.waiting));
            metrics_.open_holds.with().Set(static_cast<double>(report.open_holds));
            metrics_.held_tokens.with().Set(report.held_tokens);
            metrics_.timed_out_holds.with().Set(static_cast<double>(report.timed_out_holds));
            metrics_.expiry_lag.with().Set(report.expiry_lag);
            metrics_.unsafe_settings.Set(static_cast<double>(report.unsafe_settings));
            if (!stopping_)
                post_due(report.due);
            if (warning_ != report.warning && !report.warning.empty())
                log::warn("database", {{"warning", report.warning}});
            warning_ = report.warning;
        }
        const std::string before = std::exchange(database_, report.detail);
        if (stopping_)
            return;
        if (!servers_.empty()) {
            if (before != database_)
                log::warn(database_.empty() ? "database ready" : "database not ready",
                          {{"detail", database_}});
        } else if (report.is == state::ready) {
            open_others();
            manager_.ready();
        } else if (report.is == state::away) {
            log::warn("database unavailable, trying again", {{"error", report.detail}});
            // A start must not wait for an outage of the database, or fail because of it: the outage has its
            // own alarms.
            manager_.ready();
        } else {
            log::error(report.is == state::schema ? "schema" : "database", {{"detail", report.detail}});
            status_ = exit_config;
            signals_.cancel();
            stop();
        }
        manager_.tell_status();
    }

    // Writes the rows of what has expired in accounts that nobody uses. Nothing waits for it: whoever uses an
    // account posts what is due of it first. Several daemons may do it at once.
    void post_due(const std::vector<ledger::expire>& accounts) {
        for (const ledger::expire& each : accounts) {
            ledger::admin_command made;
            made.operations.emplace_back(each);
            // If it fails, the next look finds the account again.
            const auto taken =
                writer_->submit(std::move(made), std::chrono::steady_clock::now() + expiry_deadline,
                                [](const ledger::completion&) {});
            if (taken != ledger::admission::accepted)
                return;
        }
    }

    void await_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (error)
                return;
            if (number == SIGHUP) {
                reload();
                return await_signal();
            }
            stop();
        });
    }

    // Before everything else, so that it can show what the start is waiting for.
    void open_operations() {
        sockets_.open_operations(config_);
        if (sockets_.operations.empty())
            return;
        operations_server_.emplace(io_, "operations", std::move(sockets_.operations),
                                   operations_.functions("operations"), limits_.operations);
        operations_server_->start();
    }

    void open_others() {
        sockets_.open_others(config_);
        servers_.emplace_back(io_, "webhook", std::move(sockets_.webhook), webhook_.handlers(),
                              limits_.webhook);
        servers_.front().set_tls(config_.webhook.tls);
        for (admin_sockets& each : sockets_.admin)
            servers_.emplace_back(io_, each.with.name, std::move(each.sockets), admin_functions(each.with),
                                  limits_.admin);
        for (http_server& each : servers_)
            each.start();
    }

    // The handlers of one admin listener.
    http_handlers admin_functions(const admin_listener_config& listener) {
        return admin_
            .emplace_back(listener, admin_backend{*writer_, readers_, metrics_, operations_, *audit_},
                          translator_)
            .handlers();
    }

    // The operations listener last: it shows the drain.
    void stop() {
        stopping_ = true;
        log::info("draining");
        manager_.stopping();
        draining_ = servers_.size();
        if (servers_.empty())
            return drain_operations();
        for (http_server& each : servers_)
            each.drain([this] {
                if (--draining_ == 0)
                    drain_operations();
            });
    }

    void drain_operations() {
        if (!operations_server_)
            return manager_.end();
        operations_server_->drain([this] { manager_.end(); });
    }

    void refresh_metrics() { metrics_.queue_depth.Set(static_cast<double>(writer_->queue_depth())); }

    // Why no event can be taken now; empty: events can be taken.
    std::string not_ready() {
        if (stopping_)
            return "draining";
        if (!database_.empty())
            return "database: " + database_;
        if (servers_.empty())
            return "starting";
        if (writer_->queue_depth() >= static_cast<std::size_t>(config_.database.queue_limit))
            return "the queue is full";
        return {};
    }

    // For `systemctl status`: the fault, or else the throughput.
    std::string status_line() {
        const auto now = std::chrono::steady_clock::now();
        if (const double seconds = std::chrono::duration<double>(now - rate_since_).count(); seconds >= 1) {
            const double events = metrics_.webhook_events.total();
            rate_ = (events - std::exchange(rate_from_, events)) / seconds;
            rate_since_ = now;
        }
        if (const std::string why = not_ready(); !why.empty())
            return "Not ready: " + why;
        return "Ready: " + std::to_string(std::llround(rate_)) + " events/s, " +
               std::to_string(writer_->queue_depth()) + " in the queue" + reload_note_ +
               (warning_.empty() ? "" : "; warning: " + warning_);
    }

    void reload() {
        manager_.reloading();
        reload_note_ = take_configuration();
        manager_.ready();
        manager_.tell_status();
    }

    // A bad new file leaves the old configuration in force. Returns a note for the status line.
    std::string take_configuration() {
        auto read = load_config(source_.file, source_.credentials_directory);
        if (const auto* errors = std::get_if<std::vector<config_error>>(&read)) {
            for (const config_error& each : *errors)
                log::error("reload refused", {{"error", to_string(each)}});
            return "; the configuration on disk has errors, the old one is in force";
        }
        const config& loaded = std::get<config>(read);
        std::string note;
        for (const std::string& key : restart_needed(config_, loaded)) {
            log::warn("not changed by a reload: restart", {{"key", key}});
            note += (note.empty() ? "; a restart is needed for " : ", ") + key;
        }
        take_over(config_, loaded); // the old secrets end here; listeners that open later get the new values
        webhook_.reload(loaded);
        translator_ = std::make_shared<event_translator>(loaded);
        sockets_.take_permits(loaded);
        auto listener = sockets_.admin.begin();
        for (admin_service& each : admin_) // one per listener, once they are open
            each.reload((listener++)->with, translator_);
        if (!servers_.empty())
            servers_.front().set_tls(loaded.webhook.tls);
        log::set_level(loaded.log.level);
        log::info("reloaded", {{"file", source_.file.string()}});
        return note;
    }

    void observe(const ledger::batch_report& report) {
        if (report.expiries > 0)
            metrics_.ledger_transactions.with(ledger::transaction_type::deduction, ledger::source::expiry)
                .Increment(static_cast<double>(report.expiries));
        if (report.committed) {
            metrics_.batch_size.Observe(static_cast<double>(report.commands));
            metrics_.commit_duration.Observe(std::chrono::duration<double>(report.duration).count());
            metrics_.database_up.Set(1);
            return;
        }
        // The watch logs this once; every batch fails in this way until the program is replaced.
        if (report.failure == ledger::store_failure::outdated)
            return watch_->look();
        if (report.failure == ledger::store_failure::unavailable)
            metrics_.database_up.Set(0);
        if (report.failure == ledger::store_failure::unavailable ||
            report.failure == ledger::store_failure::in_doubt)
            watch_->look();
        log::warn("batch failed", {{"commands", report.commands},
                                   {"failure", ledger::to_string(report.failure)},
                                   {"error", report.detail}});
    }

    config config_;
    config_source source_;
    listener_sockets sockets_;
    server_limits limits_;
    metrics metrics_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    std::unique_ptr<ledger::writer> writer_;
    webhook_service webhook_;
    monitoring_service operations_;
    std::optional<background_audit> audit_;
    reader_pool readers_;
    std::shared_ptr<const event_translator> translator_;
    std::list<admin_service> admin_; // one per listener
    systemd_notify manager_;
    std::list<http_server> servers_; // the webhook, then the admin listeners
    std::optional<http_server> operations_server_;
    std::optional<database_watch> watch_;
    std::string database_;     // why it is not ready; empty: it is, or nobody has looked yet
    std::string warning_;      // a defect that does not stop the service; empty: none
    std::size_t draining_ = 0; // servers that are not yet drained
    bool stopping_ = false;
    int status_ = exit_ok;
    std::string reload_note_;
    std::chrono::steady_clock::time_point rate_since_ = std::chrono::steady_clock::now();
    double rate_from_ = 0; // events, at rate_since_
    double rate_ = 0;      // events a second, before rate_since_
};

} // namespace

int serve(config with, const config_source& source) {
    log::set_level(with.log.level);
    try {
        application made(with, source, take_handed_sockets());
        with = config(); // else it would keep the secrets beyond a reload that removes them
        return made.run();
    } catch (const handover_error& error) {
        log::error("cannot serve", {{"error", error.what()}});
        return exit_config;
    } catch (const std::exception& error) {
        log::error("cannot serve", {{"error", error.what()}});
        return exit_failure;
    }
}

int migrate(const config& with) {
    try {
        const auto applied = ledger::migrate(owner_database(with));
        for (const ledger::applied_migration& each : applied)
            log::info("migrated", {{"version", each.version}, {"name", each.name}});
        if (applied.empty())
            log::info("schema is up to date");
        reread_disputes(owner_database(with));
        return exit_ok;
    } catch (const ledger::migration_refused& error) {
        log::error("migration refused", {{"error", error.what()}});
        return exit_config;
    } catch (const std::exception& error) {
        log::error("migration failed", {{"error", error.what()}});
        return exit_failure;
    }
}

} // namespace tokenledger::daemon
