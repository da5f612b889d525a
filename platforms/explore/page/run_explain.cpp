#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "platforms/explore/explain/message_name.h"
#include "platforms/explore/explain/phrase.h"
#include "platforms/explore/page/run_parts.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

/// `span` or `cause`; a cause's holder is a text, a span's is {what, id} or null.
std::string words_of(const Json& json) {
  Stretch stretch{.stage = json.at("stage"),
                  .waiting = json.at("waiting"),
                  .resource = json.at("resource"),
                  .holder = {},
                  .id = {}};
  const Json& holder = json.at("holder");
  if (holder.is_string()) {
    stretch.holder = holder;
  } else if (!holder.is_null()) {
    stretch.holder = holder.at("what");
    if (const Json& id = holder.at("id"); !id.is_null()) stretch.id = id.get<std::uint64_t>();
  }
  return stretch.stage + ": " + phrase_of(stretch);
}

/// What slow MSIs spent, less what as many typical ones spend.
double excess_of(const Json& amounts, double slow_per_typical) {
  return amounts.at("slow").at("time").get<double>() -
         amounts.at("typical").at("time").get<double>() * slow_per_typical;
}

Json causes_part(const Json& explain) {
  Json part = Json::array();
  const auto slow = explain.at("slow").at("count").get<double>();
  const auto typical = explain.at("typical").at("count").get<double>();
  if (slow == 0 || typical == 0) return part;
  const double whole = excess_of(explain, slow / typical);
  for (const Json& cause : explain.at("causes")) {
    const double excess = excess_of(cause, slow / typical);
    part.push_back({{"text", words_of(cause)},
                    {"excess", excess},
                    {"share", whole > 0 ? excess / whole : 0.0},
                    {"time", cause.at("slow").at("time")},
                    {"count", cause.at("slow").at("count")}});
  }
  return part;
}

Json slow_part(const Json& slow, const MessageNames& names) {
  Json spans = Json::array();
  for (const Json& span : slow.at("spans")) {
    spans.push_back(
        {{"text", words_of(span)}, {"waiting", span.at("waiting")}, {"time", span.at("time")}});
  }
  return {{"number", slow.at("number")},
          {"name", fmt::format("stream {:#x}, {}", slow.at("stream").get<std::uint32_t>(),
                               names.name(slow.at("device").get<std::uint32_t>(),
                                          slow.at("event").get<std::uint32_t>()))},
          {"started", slow.at("started")},
          {"end_to_end", slow.at("end_to_end")},
          {"spans", std::move(spans)}};
}

}  // namespace

Json explain_part(const Json& statistics) {
  if (!statistics.contains("explain")) return nullptr;
  const Json& explain = statistics.at("explain");
  const MessageNames names(statistics);
  Json slowest = Json::array();
  for (const Json& slow : explain.at("slowest"))
    slowest.push_back(slow_part(slow, names));
  return {{"slow_from", explain.at("slow_from")},
          {"slow", explain.at("slow")},
          {"typical", explain.at("typical")},
          {"causes", causes_part(explain)},
          {"slowest", std::move(slowest)}};
}

}  // namespace doorbell::explore
