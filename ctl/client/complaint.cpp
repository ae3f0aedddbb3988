// Standard error in words for people, or in JSON Lines for programs.
#include "client/complaint.hpp"

#include "screen/text.hpp"

#include "json/writer.hpp"

#include <iostream>

namespace tokenledger::ctl {

namespace {

std::string text_of(json_value value) {
    return visible(value.string().value_or(""));
}

void complain_in_json(const complaint& what) {
    json_writer out;
    out.begin_object();
    if (what.problem.empty()) {
        out.member("type", what.type).member("title", what.title).member_if("detail", what.detail);
    } else {
        const json_tree problem(what.problem);
        for (auto each = problem.root().first(); each; each = each.next())
            out.key(each.name()).copy(each);
    }
    out.member_if("again", what.again).end_object();
    std::cerr << out.text() << '\n';
}

} // namespace

complaint complaint_of(const answer& got) {
    const json_value problem = got.root();
    const std::string slug = text_of(problem.member("type"));
    const std::string title = text_of(problem.member("title"));
    if (slug.empty() || title.empty())
        return {.title = "the daemon answered " + std::to_string(got.status) +
                         (got.body.empty() ? "" : ": " + visible(got.body.substr(0, 300)))};
    complaint made{.type = slug,
                   .title = title + " (" + slug + ")",
                   .detail = text_of(problem.member("detail")),
                   .problem = got.body};
    if (const std::string reason = text_of(problem.member("reason")); !reason.empty())
        made.detail += (made.detail.empty() ? "" : "\n  ") + ("It is parked for: " + reason);
    return made;
}

void say_key(const context& in, const std::string& key) {
    if (in.common.json) {
        json_writer out;
        std::cerr << out.begin_object().member("idempotency_key", key).end_object().text() << std::endl;
    } else {
        std::cerr << "key: " << visible(key) << std::endl;
    }
}

void complain(const context& in, const complaint& what) {
    if (in.common.json) {
        complain_in_json(what);
        return;
    }
    std::cerr << painted("tokenledgerctl:", tone::bad, in.at.colour_err) << ' ' << what.title << '\n';
    if (!what.detail.empty())
        std::cerr << "  " << what.detail << '\n';
    if (!what.again.empty())
        std::cerr << "  It may or may not have been done. The same command with its key is safe, it takes "
                     "effect once:\n  "
                  << what.again << '\n';
}

void complain(const context& in, const std::string& text) {
    complain(in, complaint{.title = text});
}

void say_problem(const context& in, const answer& got) {
    complain(in, complaint_of(got));
}

} // namespace tokenledger::ctl
