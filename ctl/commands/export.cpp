// export: a whole list as CSV or JSON Lines, page by page from the oldest row on.
#include "commands/commands.hpp"
#include "commands/export_filters.hpp"
#include "commands/values.hpp"
#include "screen/csv.hpp"
#include "screen/text.hpp"

#include "json/writer.hpp"

#include <cerrno>
#include <fstream>
#include <functional>
#include <iostream>
#include <system_error>

namespace tokenledger::ctl {

namespace {

constexpr std::int64_t rows_of_a_page = 1000; // the most the daemon gives

request_path page_of(const export_options& what, const std::string& cursor) {
    const list_options& filter = what.filter;
    request_path where = request_path::of_list(what.list);
    where.parameter("user_id", filter.user);
    where.parameter("type", filter.type);
    where.parameter("source", filter.source).parameter("action_type", filter.action);
    where.parameter("model_used", filter.model).parameter("member", filter.member);
    where.parameter("state", filter.state).parameter("result", filter.result);
    where.parameter("from", filter.from).parameter("to", filter.to).parameter("cursor", cursor);
    where.parameter("limit", std::to_string(filter.limit > 0 ? filter.limit : rows_of_a_page));
    return where.parameter("order", "oldest_first");
}

std::string json_line(json_value row) {
    json_writer out;
    out.copy(row);
    return out.text() + "\n";
}

void show_progress(const context& in, std::int64_t rows) {
    if (in.at.err && !in.common.json)
        std::cerr << '\r' << grouped(rows) << " rows" << std::flush;
}

void say_done(const context& in, const export_options& what, std::int64_t rows) {
    if (in.common.json) {
        json_writer out;
        std::cerr << out.begin_object().member("rows", rows).end_object().text() << '\n';
        return;
    }
    std::cerr << (in.at.err ? "\r" : "") << grouped(rows) << (rows == 1 ? " row written" : " rows written")
              << (what.file.empty() ? "" : " to " + visible(what.file)) << '\n';
}

// For an empty list: true if a filter names a value that never occurred; a message was printed.
bool asks_for_unknown(const context& in, const export_options& what) {
    return what.list == "usage"    ? asks_for_unknown_usage(in, what.filter)
           : what.list == "events" ? asks_for_unknown_event_type(in, what.filter)
                                   : false;
}

int failed(const context& in, int exit_code, const std::string& cursor) {
    if (!cursor.empty())
        complain(in, "what is written is whole up to here; the rest: --cursor " + visible(cursor));
    return exit_code;
}

// Writes all pages to the stream that `open` returns, which is called after the first page has arrived. A
// page is written completely or not at all.
int copy_rows(const context& in, const export_options& what, const std::function<std::ostream*()>& open) {
    const bool csv = what.format != "jsonl";
    std::string cursor = what.filter.cursor;
    const csv_style style = what.spreadsheet ? csv_style::spreadsheet : csv_style::exact;
    std::int64_t rows = 0;
    for (std::ostream* out = nullptr;;) {
        const answer got = get(in, page_of(what, cursor));
        if (!got.ok())
            return failed(in, got.exit_code, out == nullptr ? "" : cursor);
        if (out == nullptr) {
            const bool is_empty = !got.root().member("rows").first();
            if (is_empty && cursor.empty() && asks_for_unknown(in, what))
                return exit_refused;
            if (out = open(); out == nullptr)
                return exit_refused;
            if (csv && cursor.empty())
                *out << (what.spreadsheet ? byte_order_mark : "") << csv_header(what.list);
        }
        std::string text;
        for (auto each = got.root().member("rows").first(); each; each = each.next()) {
            text += csv ? csv_line(what.list, each, style) : json_line(each);
            ++rows;
        }
        if (!out->write(text.data(), static_cast<std::streamsize>(text.size())).flush()) {
            complain(in, "the rows cannot be written: " + std::generic_category().message(errno));
            return failed(in, exit_refused, cursor);
        }
        cursor = got.root().member("next").string().value_or("");
        const bool over = cursor.empty() || !got.root().member("more").boolean().value_or(false);
        if (over) {
            say_done(in, what, rows);
            return exit_done;
        }
        show_progress(in, rows);
    }
}

} // namespace

int export_list(const context& in, const export_options& what) {
    if (const std::string fault = filter_fault(what); !fault.empty()) {
        complain(in, complaint{.type = "usage", .title = fault});
        return exit_usage;
    }
    if (what.spreadsheet && what.format == "jsonl") {
        complain(in,
                 complaint{.type = "usage", .title = "--spreadsheet is for CSV: leave out --format jsonl"});
        return exit_usage;
    }
    if (what.file.empty())
        return copy_rows(in, what, [] { return &std::cout; });
    // With a cursor the export is continued, and appends. Otherwise an existing file is not overwritten.
    const bool goes_on = !what.filter.cursor.empty();
    if (!goes_on && std::ifstream(what.file)) {
        complain(in, visible(what.file) + " is there already");
        return exit_refused;
    }
    std::ofstream out;
    return copy_rows(in, what, [&]() -> std::ostream* {
        out.open(what.file, std::ios::binary | (goes_on ? std::ios::app : std::ios::trunc));
        if (!out)
            complain(in, visible(what.file) + ": " + std::generic_category().message(errno));
        return out ? &out : nullptr;
    });
}

} // namespace tokenledger::ctl
