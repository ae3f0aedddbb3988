// Order of members is order of construction; its reverse is the shutdown.
#include "application.hpp"

#include "admin_service.hpp"
#include "doors.hpp"
#include "http_server.hpp"
#include "log.hpp"
#include "metrics.hpp"
#include "operations_service.hpp"
#include "server_limits.hpp"
#include "webhook_service.hpp"

#include "ledger/postgres.hpp"
#include "ledger/queries.hpp"
#include "ledger/writer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <list>
#include <thread>

namespace tokenledger::daemon {

namespace {

namespace asio = boost::asio;

// Between two attempts to reach the database when starting.
constexpr std::chrono::milliseconds start_retry_delay{1000};

ledger::postgres_options postgres_options_of(const config& with, const std::string& url) {
    return {.url = url,
            .statement_timeout = with.database.statement_timeout,
            .connect_timeout = with.database.connect_timeout};
}

std::vector<std::unique_ptr<ledger::store>> make_stores(const config& with) {
    std::vector<std::unique_ptr<ledger::store>> stores;
    for (std::int64_t i = 0; i < with.database.connections; ++i)
        stores.push_back(ledger::make_postgres_store(postgres_options_of(with, with.database.url)));
    return stores;
}

std::vector<std::unique_ptr<ledger::reader>> make_readers(const config& with) {
    std::vector<std::unique_ptr<ledger::reader>> readers;
    for (std::size_t i = 0; i < reader_threads; ++i)
        readers.push_back(ledger::make_postgres_reader(postgres_options_of(with, with.database.url)));
    return readers;
}

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
          handed_(std::move(handed)),
          signals_(io_, SIGTERM, SIGINT, SIGHUP),
          writer_({.max_batch = static_cast<std::size_t>(with.database.max_batch),
                   .queue_limit = static_cast<std::size_t>(with.database.queue_limit)},
                  make_stores(with), [this](const ledger::batch_report& report) { observe(report); }),
          webhook_(with, writer_, metrics_, seconds_since_epoch),
          operations_(metrics_, {.refresh = [this] { refresh_metrics(); },
                                 .not_ready = [this] { return not_ready(); }}),
          readers_(make_readers(with)),
          translator_(std::make_shared<event_translator>(with)) {}

    int run() {
        await_signal();
        if (const int status = await_schema(); status != exit_ok || stopping_)
            return status;
        open_listeners();
        try {
            io_.run();
        } catch (...) {
            writer_.stop(); // what it still settles needs the service
            throw;
        }
        readers_.stop();
        writer_.stop();
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
        return exit_ok;
    }

  private:
    // A database that is away is waited for; a schema that this program does not know is not touched.
    int await_schema() {
        while (!stopping_) {
            try {
                const auto schema =
                    ledger::inspect_schema(postgres_options_of(config_, config_.database.url));
                if (schema.state == ledger::schema_state::current)
                    return exit_ok;
                log::error("schema", {{"detail", schema.detail}});
                return exit_config;
            } catch (const ledger::unreadable_url& error) {
                log::error("database", {{"error", error.what()}});
                return exit_config;
            } catch (const ledger::store_error& error) {
                log::warn("database unavailable, trying again", {{"error", error.what()}});
            }
            io_.run_for(start_retry_delay);
            io_.restart();
        }
        return exit_ok;
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

    void open_listeners() {
        doors open = open_doors(config_, std::move(handed_));
        const server_limits limits = limits_within_system(config_);
        servers_.emplace_back(io_, "webhook", std::move(open.webhook), webhook_.functions(), limits.webhook);
        for (admin_door& each : open.admin)
            servers_.emplace_back(io_, each.with.name, std::move(each.sockets), admin_functions(each.with),
                                  limits.admin);
        if (!open.operations.empty())
            operations_server_.emplace(io_, "operations", std::move(open.operations),
                                       operations_.functions("operations"), limits.operations);
        for (http_server& each : servers_)
            each.start();
        if (operations_server_)
            operations_server_->start();
    }

    // What one admin listener serves.
    http_service admin_functions(const admin_listener_config& listener) {
        return admin_
            .emplace_back(listener, admin_backend{writer_, readers_, metrics_, operations_}, translator_)
            .functions();
    }

    // The operations listener last: it tells of the drain.
    void stop() {
        stopping_ = true;
        if (servers_.empty())
            return;
        log::info("draining");
        draining_ = servers_.size();
        for (http_server& each : servers_)
            each.drain([this] {
                if (--draining_ == 0 && operations_server_)
                    operations_server_->drain([] {});
            });
    }

    void refresh_metrics() {
        metrics_.set("tokenledger_queue_depth", {}, static_cast<double>(writer_.queue_depth()));
    }

    std::string not_ready() {
        if (stopping_)
            return "draining";
        if (writer_.queue_depth() >= static_cast<std::size_t>(config_.database.queue_limit))
            return "the queue is full";
        return {};
    }

    // A bad new file keeps the old configuration running, and says so.
    void reload() {
        auto read = load_config(source_.file, source_.credentials_directory);
        if (const auto* errors = std::get_if<std::vector<config_error>>(&read)) {
            for (const config_error& each : *errors)
                log::error("reload refused", {{"error", to_string(each)}});
            return;
        }
        const config& loaded = std::get<config>(read);
        for (const std::string& key : restart_needed(config_, loaded))
            log::warn("not changed by a reload: restart", {{"key", key}});
        webhook_.reload(loaded);
        translator_ = std::make_shared<event_translator>(loaded);
        for (admin_service& each : admin_)
            each.reload(translator_);
        log::set_level(loaded.log.level);
        log::info("reloaded", {{"file", source_.file.string()}});
    }

    void observe(const ledger::batch_report& report) {
        if (report.committed) {
            metrics_.observe("tokenledger_batch_size", {}, static_cast<double>(report.commands));
            metrics_.observe("tokenledger_commit_duration_seconds", {},
                             std::chrono::duration<double>(report.duration).count());
            metrics_.set("tokenledger_database_up", {}, 1);
            return;
        }
        if (report.failure == ledger::store_failure::unavailable)
            metrics_.set("tokenledger_database_up", {}, 0);
        log::warn("batch failed", {{"commands", report.commands},
                                   {"failure", ledger::to_string(report.failure)},
                                   {"error", report.detail}});
    }

    config config_;
    config_source source_;
    std::vector<handed_socket> handed_;
    metrics metrics_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    ledger::writer writer_;
    webhook_service webhook_;
    operations_service operations_;
    reader_pool readers_;
    std::shared_ptr<const event_translator> translator_;
    std::list<admin_service> admin_; // one per listener
    std::list<http_server> servers_; // the webhook, then the admin listeners
    std::optional<http_server> operations_server_;
    std::size_t draining_ = 0; // servers that are not yet drained
    bool stopping_ = false;
};

} // namespace

int serve(const config& with, const config_source& source) {
    log::set_level(with.log.level);
    try {
        return application(with, source, take_handed_sockets()).run();
    } catch (const handover_error& error) {
        log::error("cannot serve", {{"error", error.what()}});
        return exit_config;
    } catch (const std::exception& error) {
        log::error("cannot serve", {{"error", error.what()}});
        return exit_failure;
    }
}

int migrate(const config& with) {
    const std::string& url =
        with.database.migrate_url.empty() ? with.database.url : with.database.migrate_url;
    try {
        const auto applied = ledger::migrate(postgres_options_of(with, url));
        for (const ledger::applied_migration& each : applied)
            log::info("migrated", {{"version", each.version}, {"name", each.name}});
        if (applied.empty())
            log::info("schema is up to date");
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
