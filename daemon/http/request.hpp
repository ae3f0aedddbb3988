// A request while it arrives: Beast's parser, and the header without trailers.
#pragma once

#include "http/service.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <optional>

namespace tokenledger::daemon {

class http_request final : public boost::beast::http::request_parser<boost::beast::http::string_body> {
  public:
    // Call it between header and body. Beast puts the trailers of a chunked body among the fields, and
    // proxies may add to them: head() ignores them.
    void header_is_whole() {
        goes_on_ = keep_alive();
        if (chunked())
            without_trailers_ = get().base();
    }

    // The header. Valid for as long as this object.
    [[nodiscard]] const http_head& head() const {
        return without_trailers_ ? *without_trailers_ : get().base();
    }
    // True if the header leaves the connection open for another request.
    [[nodiscard]] bool goes_on() const noexcept { return goes_on_; }
    [[nodiscard]] bool is_head() const { return get().method() == boost::beast::http::verb::head; }

    // True if a Content-Encoding field has any coding other than "identity".
    [[nodiscard]] bool is_encoded() const {
        const auto range = head().equal_range(boost::beast::http::field::content_encoding);
        return std::any_of(range.first, range.second, [](const auto& field) {
            return !field.value().empty() && !boost::beast::iequals(field.value(), "identity");
        });
    }

  private:
    std::optional<http_head> without_trailers_;
    bool goes_on_ = false;
};

} // namespace tokenledger::daemon
