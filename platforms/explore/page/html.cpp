#include "platforms/explore/page/html.h"

#include <nlohmann/json.hpp>

#include "platforms/explore/look/markup.h"
#include "platforms/explore/look/style.h"
#include "platforms/explore/page/assets.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string json_in_html(const nlohmann::ordered_json& data) {
  std::string result;
  // What isn't UTF-8, such as in the last line of a point that failed, becomes U+FFFD.
  for (const char c : data.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    // Only in texts; it could begin "</script>" or "<!--".
    if (c == '<') {
      result += "\\u003c";
    } else {
      result += c;
    }
  }
  return result;
}

std::string html_page(const std::string& title, const nlohmann::ordered_json& data) {
  std::string page;
  page.reserve(chart_library().size() + page_script().size() + (1u << 20));
  page += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  // Nothing may be fetched from anywhere, whatever the page says.
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\">\n";
  page += "<link rel=\"icon\" href=\"data:,\">\n";
  page += "<title>" + escaped(title) + "</title>\n<style>\n";
  page += page_style();
  page +=
      "</style>\n</head>\n<body>\n<main id=\"page\"><noscript>This page draws its charts with "
      "JavaScript.</noscript></main>\n";
  page += "<script type=\"application/json\" id=\"data\">";
  page += json_in_html(data);
  page += "</script>\n<script>\n";
  page += chart_library();
  page += "\n</script>\n<script type=\"module\">\n";
  page += page_script();
  page += "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace doorbell::explore
