// libpq with one round trip a transaction.
#include "pipeline.hpp"

#include <stdexcept>
#include <utility>

namespace tokenledger::bench {
namespace {

using steady = std::chrono::steady_clock;

std::string name_of(std::size_t statement) {
    return "bench_" + std::to_string(statement);
}

} // namespace

pipeline::pipeline(const std::string& url, std::vector<std::string> statements, bool prepared)
    : connection_(PQconnectdb(url.c_str())),
      statements_(std::move(statements)),
      prepared_(prepared) {
    check(PQstatus(connection_.get()) == CONNECTION_OK);
    check(PQenterPipelineMode(connection_.get()) == 1);
    if (!prepared_)
        return;
    for (std::size_t i = 0; i < statements_.size(); ++i)
        check(PQsendPrepare(connection_.get(), name_of(i).c_str(), statements_[i].c_str(), 0, nullptr) == 1);
    check(PQpipelineSync(connection_.get()) == 1);
    take_results();
}

void pipeline::check(bool good) const {
    if (!good)
        throw std::runtime_error(PQerrorMessage(connection_.get()));
}

void pipeline::send(std::size_t statement, const values& with) {
    std::vector<const char*> pointers;
    std::vector<int> lengths;
    for (const auto& each : with.text) {
        pointers.push_back(each.data());
        lengths.push_back(static_cast<int>(each.size()));
    }
    const int count = static_cast<int>(pointers.size());
    const int sent = prepared_
                         ? PQsendQueryPrepared(connection_.get(), name_of(statement).c_str(), count,
                                               pointers.data(), lengths.data(), with.binary.data(), 0)
                         : PQsendQueryParams(connection_.get(), statements_[statement].c_str(), count,
                                             nullptr, pointers.data(), lengths.data(), with.binary.data(), 0);
    check(sent == 1);
}

void pipeline::send(const char* command) {
    check(PQsendQueryParams(connection_.get(), command, 0, nullptr, nullptr, nullptr, nullptr, 0) == 1);
}

// Reads the results up to that of the synchronisation; the first error ends the run.
void pipeline::take_results() {
    for (;;) {
        PGresult* const raw = PQgetResult(connection_.get());
        if (raw == nullptr) {
            check(PQstatus(connection_.get()) == CONNECTION_OK);
            continue; // between two statements
        }
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(raw, &PQclear);
        switch (PQresultStatus(result.get())) {
        case PGRES_PIPELINE_SYNC:
            return;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            break;
        default:
            throw std::runtime_error(PQresultErrorMessage(result.get()));
        }
    }
}

std::chrono::nanoseconds pipeline::transaction(const std::vector<values>& parameters) {
    const auto begun = steady::now();
    send("BEGIN");
    for (std::size_t i = 0; i < parameters.size(); ++i)
        send(i, parameters[i]);
    send("COMMIT");
    check(PQpipelineSync(connection_.get()) == 1);
    take_results();
    return steady::now() - begun;
}

} // namespace tokenledger::bench
