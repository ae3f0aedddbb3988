// The commands of tokenledgerctl. Each returns its exit code.
#pragma once

#include "client/client.hpp"
#include "command_line/options.hpp"

namespace tokenledger::ctl {

int balance(const context& in, const balance_options& what);
int history(const context& in, const list_options& what);
int purchases(const context& in, const list_options& what);
int usage_report(const context& in, const list_options& what);
int activity(const context& in, const list_options& what);
int list_holds(const context& in, const list_options& what);
int payment(const context& in, const payment_options& what);

int list_events(const context& in, const list_options& what);
int show_event(const context& in, const event_options& what);
int retry_event(const context& in, const event_options& what);
int dismiss_event(const context& in, const event_options& what);
int assign_event(const context& in, const event_options& what);

int verify(const context& in);
int status(const context& in);
int report(const context& in, const report_options& what);
int export_list(const context& in, const export_options& what);
int send_event(const context& in, const send_options& what);

} // namespace tokenledger::ctl
