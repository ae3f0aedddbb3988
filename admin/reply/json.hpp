// The ledger's views as JSON. What is absent is left out; the names are those of the tables.
#pragma once

#include "admin/query.hpp"
#include "json/writer.hpp"

#include "ledger/reader.hpp"

namespace tokenledger::admin {

void write(json_writer& out, const ledger::transaction_view& row);
void write(json_writer& out, const ledger::purchase_view& row);
void write(json_writer& out, const ledger::usage_view& row);
void write(json_writer& out, const ledger::activity_view& row);
void write(json_writer& out, const ledger::event_view& row);
void write(json_writer& out, const ledger::usage_report_row& row);
void write(json_writer& out, const ledger::transaction_report_row& row);
void write(json_writer& out, const ledger::account_view& account);
void write(json_writer& out, const ledger::balance_view& balance);
void write(json_writer& out, const ledger::payment_view& payment);
void write(json_writer& out, const ledger::queue_view& queue);
void write(json_writer& out, const ledger::event_view& event, const ledger::evidence_view& evidence);
void write(json_writer& out, const ledger::event_action_view& action);
void write(json_writer& out, const ledger::event_proof& proven);
void write(json_writer& out, const ledger::payment_proof& proven);
void write(json_writer& out, const audit_view::discrepancy& found);
void write(json_writer& out, const audit_view& found);

template <class Row>
void write_array(json_writer& out, std::string_view name, const std::vector<Row>& rows) {
    out.key(name).begin_array();
    for (const Row& each : rows)
        write(out, each);
    out.end_array();
}

} // namespace tokenledger::admin
