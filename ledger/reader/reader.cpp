// The reader over PostgreSQL.
#include "ledger/postgres_reader.hpp"

#include "reader/lists.hpp"
#include "reader/lookups.hpp"
#include "reader/queue.hpp"
#include "reader/reports.hpp"
#include "reader/session.hpp"

namespace tokenledger::ledger {

namespace {

class postgres_reader final : public reader {
  public:
    explicit postgres_reader(const postgres_options& options) : session_(options) {}

    std::optional<account_view> account(const std::string& user_id) override {
        return find_account(session_, user_id);
    }
    std::optional<balance_view> balance_at_time(const std::string& user_id, std::int64_t at_us) override {
        return find_balance_at_time(session_, user_id, at_us);
    }
    std::optional<balance_view> balance_at_sequence(const std::string& user_id,
                                                    std::int64_t sequence) override {
        return find_balance_at_sequence(session_, user_id, sequence);
    }
    std::optional<payment_view> payment(const std::string& payment_intent_id) override {
        return find_payment(session_, payment_intent_id);
    }
    std::optional<event_view> event(const std::string& event_id) override {
        return find_event(session_, event_id);
    }
    std::optional<evidence_view> evidence(const std::string& event_id) override {
        return find_evidence(session_, event_id);
    }

    list_page list(const list_query& what) override { return read_list(session_, what); }

    queue_view queue() override { return count_queue(session_); }

    std::vector<usage_report_row> usage_report(const usage_filter& filter,
                                               const report_shape& shape) override {
        return report_usage(session_, filter, shape);
    }
    std::vector<transaction_report_row> transaction_report(const transaction_filter& filter,
                                                           const report_shape& shape) override {
        return report_transactions(session_, filter, shape);
    }

  private:
    read_session session_;
};

} // namespace

std::unique_ptr<reader> make_postgres_reader(const postgres_options& options) {
    return std::make_unique<postgres_reader>(options);
}

} // namespace tokenledger::ledger
