// The rows of purchases as arrays for unnest.
#include "limit_rows.hpp"

#include "codec/evidence.hpp"

#include <array>
#include <set>
#include <string_view>
#include <variant>

namespace tokenledger::bench {
namespace {

constexpr std::string_view accounts_sql = R"sql(
INSERT INTO tokenledger.token_accounts AS known (user_id, balance, last_sequence, last_transaction_at)
SELECT user_id, balance, last_sequence, now() FROM unnest($1::text[], $2::bigint[], $3::bigint[])
    AS given (user_id, balance, last_sequence)
    ON CONFLICT (user_id) DO UPDATE SET balance = EXCLUDED.balance, last_sequence = EXCLUDED.last_sequence,
       last_transaction_at = EXCLUDED.last_transaction_at)sql";

constexpr std::string_view events_sql = R"sql(
INSERT INTO tokenledger.stripe_events (event_id, event_type, result, payment_intent_id, endpoint, api_version,
       livemode, stripe_created_at, evidence_format, evidence)
SELECT event_id, event_type, 'applied', payment_intent_id, endpoint, api_version, true,
       to_timestamp(created), 1, evidence
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[])
    AS given (event_id, event_type, payment_intent_id, endpoint, api_version, created, evidence))sql";

constexpr std::string_view payments_sql = R"sql(
INSERT INTO tokenledger.payments (payment_intent_id, user_id, tokens, amount_cents, currency, catalog, pack,
       quantity, credited_at)
SELECT payment_intent_id, user_id, tokens, amount_cents, 'usd', '', 'starter', 1, now()
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
    AS given (payment_intent_id, user_id, tokens, amount_cents))sql";

constexpr std::string_view transactions_sql = R"sql(
INSERT INTO tokenledger.token_transactions (user_id, sequence, transaction_type, source, token_amount,
       balance_before, balance_after, amount_paid_cents, currency, stripe_payment_intent_id, stripe_event_id,
       pack, quantity, created_at)
SELECT user_id, sequence, 'purchase', 'token_pack', tokens, balance - tokens, balance, amount_cents, 'usd',
       payment_intent_id, event_id, 'starter', 1, now()
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
    AS given (user_id, sequence, tokens, balance, amount_cents, payment_intent_id, event_id))sql";

// "{a,b}"; no value of the load needs quotes.
class text_array {
  public:
    void add(std::string_view value) {
        text_ += text_.size() > 1 ? "," : "";
        text_ += value;
    }
    void add(std::int64_t value) { add(std::to_string(value)); }
    [[nodiscard]] std::string finish() { return text_ + "}"; }

  private:
    std::string text_ = "{";
};

void append_int32(std::string& to, std::size_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        to += static_cast<char>((value >> shift) & 0xffU);
}

// A one-dimensional bytea[] in PostgreSQL's binary format.
std::string binary_array(const std::vector<std::string>& elements) {
    constexpr std::size_t bytea_oid = 17;
    std::string made;
    for (const std::size_t field :
         {std::size_t{1}, std::size_t{0}, bytea_oid, elements.size(), std::size_t{1}}) {
        append_int32(made, field);
    }
    for (const auto& each : elements) {
        append_int32(made, each.size());
        made += each;
    }
    return made;
}

template <std::size_t size>
values finish(std::array<text_array, size>& columns) {
    values made;
    for (auto& each : columns)
        made.add(each.finish());
    return made;
}

} // namespace

std::vector<std::string> limit_statements() {
    return {std::string(accounts_sql), std::string(events_sql), std::string(payments_sql),
            std::string(transactions_sql)};
}

std::vector<values> limit_rows::batch(std::uint64_t first, std::uint64_t count) {
    std::array<text_array, 3> accounts;
    std::array<text_array, 6> events;
    std::array<text_array, 4> payments;
    std::array<text_array, 7> transactions;
    std::vector<std::string> evidence;
    std::set<std::string> touched;
    for (std::uint64_t index = first; index < first + count; ++index) {
        const ledger::stripe_command made = maker_.command(index);
        const auto& event = made.event;
        const auto& bought = std::get<ledger::purchase>(made.effect);
        account& owner = accounts_[bought.user_id];
        owner.balance += bought.tokens;
        ++owner.sequence;
        touched.insert(bought.user_id);

        events[0].add(event.id);
        events[1].add(event.type);
        events[2].add(event.payment_intent_id);
        events[3].add(event.endpoint);
        events[4].add(event.api_version);
        events[5].add(event.created.value_or(0));
        evidence.push_back(ledger::pack_evidence(event.signature_header, event.body));

        payments[0].add(event.payment_intent_id);
        payments[1].add(bought.user_id);
        payments[2].add(bought.tokens);
        payments[3].add(bought.amount_cents);

        transactions[0].add(bought.user_id);
        transactions[1].add(owner.sequence);
        transactions[2].add(bought.tokens);
        transactions[3].add(owner.balance);
        transactions[4].add(bought.amount_cents);
        transactions[5].add(event.payment_intent_id);
        transactions[6].add(event.id);
    }
    for (const auto& name : touched) {
        const account& owner = accounts_[name];
        accounts[0].add(name);
        accounts[1].add(owner.balance);
        accounts[2].add(owner.sequence);
    }
    std::vector<values> all{finish(accounts), finish(events), finish(payments), finish(transactions)};
    all[1].add(binary_array(evidence), true);
    return all;
}

} // namespace tokenledger::bench
