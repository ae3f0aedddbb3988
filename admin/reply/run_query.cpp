// Runs a query with the reader and writes the reply.
#include "admin/query.hpp"

#include "reply/json.hpp"

namespace tokenledger::admin {

namespace {

template <class... Parts>
reply found(const Parts&... parts) {
    json_writer out;
    write(out, parts...);
    return {.body = out.text(), .result = "read"};
}

template <class Row>
reply rows_of(const ledger::page<Row>& page) {
    json_writer out;
    out.begin_object();
    write_array(out, "rows", page.rows);
    out.member_if("next", page.next).member("more", page.more).end_object();
    return {.body = out.text(), .result = "read"};
}

template <class Row>
reply report_of(const std::vector<Row>& rows) {
    json_writer out;
    out.begin_object();
    write_array(out, "rows", rows);
    out.end_object();
    return {.body = out.text(), .result = "read"};
}

reply none(problem_type type, std::string detail) {
    return reply_for(problem{.type = type, .detail = std::move(detail)});
}

reply no_payment() {
    return none(problem_type::unknown_payment,
                "No event has named this PaymentIntent. Check its id (pi_...); if Stripe shows the "
                "payment, look in its dashboard whether the event was delivered.");
}

class asker {
  public:
    explicit asker(ledger::reader& from) : from_(from) {}

    reply operator()(const account_query& what) const {
        if (what.at_sequence) {
            const auto then = from_.balance_at_sequence(what.user_id, *what.at_sequence);
            return then ? found(*then)
                        : none(problem_type::unknown_sequence, "There is no account of this user id, or it "
                                                               "has no transaction of this sequence yet.");
        }
        if (what.at_us) {
            const auto then = from_.balance_at_time(what.user_id, *what.at_us);
            return then ? found(*then) : no_account();
        }
        const auto now = from_.account(what.user_id);
        return now ? found(*now) : no_account();
    }
    reply operator()(const payment_query& what) const {
        const auto payment = from_.payment(what.payment_intent_id);
        return payment ? found(*payment) : no_payment();
    }
    reply operator()(const event_query& what) const {
        const auto event = from_.event(what.event_id);
        if (!event)
            return reply_for(unknown_event());
        const auto evidence = what.with_body ? from_.evidence(what.event_id) : std::nullopt;
        return evidence ? found(*event, *evidence) : found(*event);
    }
    reply operator()(const ledger::list_query& what) const {
        return std::visit([](const auto& page) { return rows_of(page); }, from_.list(what));
    }
    reply operator()(const usage_report_query& what) const {
        return report_of(from_.usage_report(what.filter, what.shape));
    }
    reply operator()(const transaction_report_query& what) const {
        return report_of(from_.transaction_report(what.filter, what.shape));
    }
    reply operator()(const queue_query&) const { return found(from_.queue()); }

  private:
    [[nodiscard]] static reply no_account() {
        return none(problem_type::unknown_account,
                    "Nobody has tokens under this user id. Check its spelling; a grant creates the account.");
    }

    ledger::reader& from_;
};

reply refused(const ledger::bad_query& why) {
    switch (why.fault()) {
    case ledger::query_fault::bad_cursor:
        return reply_for(problem{.type = problem_type::invalid_parameter,
                                 .detail =
                                     "`cursor` is none of this list, with these filters and this order. Send "
                                     "`next` of the page before as it was, or leave it out to begin anew.",
                                 .field = "cursor"});
    case ledger::query_fault::too_large:
        return none(problem_type::report_too_large, "The report would have more than " +
                                                        std::to_string(ledger::max_report_rows) +
                                                        " rows. Ask for a shorter period.");
    case ledger::query_fault::bad_time_zone:
        return reply_for(problem{.type = problem_type::invalid_parameter,
                                 .detail =
                                     "`time_zone` is no name of a time zone that the database knows. "
                                     "Names are such as Europe/Berlin or UTC: pg_timezone_names has all.",
                                 .field = "time_zone"});
    case ledger::query_fault::bad_limit:
    case ledger::query_fault::bad_text:
        break;
    }
    return none(problem_type::invalid_parameter, why.what());
}

} // namespace

reply proof_reply(const std::optional<ledger::payment_proof>& proven) {
    return proven ? found(*proven) : no_payment();
}

reply verification_reply(const audit_view& made) {
    return found(made);
}

reply run_query(const query& what, ledger::reader& from) {
    try {
        return std::visit(asker(from), what);
    } catch (const ledger::bad_query& why) {
        return refused(why);
    }
}

} // namespace tokenledger::admin
