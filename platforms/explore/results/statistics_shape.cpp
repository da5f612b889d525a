#include "platforms/explore/results/statistics_shape.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "doorbell/core/arch/error.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

enum class Type : std::uint8_t { object, array, text, number, boolean };

/// Steps from the whole to a part, with dots between them; "*" is every element of a list and every
/// member of an object.
struct Rule {
  std::string_view place;
  Type type;
};

constexpr std::array rules{
    Rule{"version", Type::text},
    Rule{"parameters.*.path", Type::text},
    Rule{"totals.measured", Type::number},
    Rule{"totals.transactions", Type::number},
    Rule{"totals.bytes", Type::number},
    Rule{"totals.sent", Type::number},
    Rule{"totals.acknowledged", Type::number},
    Rule{"conservation.outcomes", Type::object},
    Rule{"latency.total", Type::object},
    Rule{"latency.total.end_to_end", Type::object},
    Rule{"latency.total.stages", Type::object},
    Rule{"latency.total.stages.*.share", Type::number},
    Rule{"latency.total.stages.*.waiting", Type::object},
    Rule{"latency.total.stages.*.service", Type::object},
    Rule{"latency.streams", Type::array},
    Rule{"latency.streams.*.stream", Type::number},
    Rule{"latency.streams.*.end_to_end", Type::object},
    Rule{"statistics.metrics", Type::array},
    Rule{"statistics.metrics.*.path", Type::text},
    Rule{"statistics.metrics.*.kind", Type::text},
    Rule{"statistics.metrics.*.unit", Type::text},
    Rule{"statistics.metrics.*.better", Type::text},
    Rule{"statistics.metrics.*.help", Type::text},
    Rule{"statistics.metrics.*.values", Type::object},
};

/// Where there is an explanation.
constexpr std::array explanation_rules{
    Rule{"explain", Type::object},
    Rule{"explain.slow_from", Type::number},
    Rule{"explain.slow", Type::object},
    Rule{"explain.slow.count", Type::number},
    Rule{"explain.slow.time", Type::number},
    Rule{"explain.typical", Type::object},
    Rule{"explain.typical.count", Type::number},
    Rule{"explain.typical.time", Type::number},
    Rule{"explain.causes", Type::array},
    Rule{"explain.causes.*.stage", Type::text},
    Rule{"explain.causes.*.waiting", Type::boolean},
    Rule{"explain.causes.*.resource", Type::text},
    Rule{"explain.causes.*.holder", Type::text},
    Rule{"explain.slowest", Type::array},
    Rule{"explain.slowest.*.stream", Type::number},
    Rule{"explain.slowest.*.device", Type::number},
    Rule{"explain.slowest.*.event", Type::number},
    Rule{"explain.slowest.*.end_to_end", Type::number},
    Rule{"explain.slowest.*.spans", Type::array},
};

bool is_of(Type type, const Json& json) {
  switch (type) {
    case Type::object:
      return json.is_object();
    case Type::array:
      return json.is_array();
    case Type::text:
      return json.is_string();
    case Type::number:
      return json.is_number();
    default:
      return json.is_boolean();
  }
}

std::string_view name_of(Type type) {
  switch (type) {
    case Type::object:
      return "an object";
    case Type::array:
      return "an array";
    case Type::text:
      return "a string";
    case Type::number:
      return "a number";
    default:
      return "true or false";
  }
}

/// Follows rules down one file.
class Check {
 public:
  explicit Check(const std::string& file) : file_(file) {}

  /// `steps` of a rule are left below `json`, which is at `place`; null: it isn't there.
  void follow(const Json* json, std::string_view steps, const std::string& place, Type type) const {
    if (steps.empty()) {
      if (json == nullptr || !is_of(type, *json)) fail(place, name_of(type), json);
      return;
    }
    const std::size_t dot = steps.find('.');
    const std::string step(steps.substr(0, dot));
    const std::string_view rest = dot == steps.npos ? "" : steps.substr(dot + 1);
    if (step == "*") return follow_each(json, rest, place, type);
    if (json == nullptr || !json->is_object()) fail(place, name_of(Type::object), json);
    const auto found = json->find(step);
    follow(found != json->end() ? &*found : nullptr, rest,
           place.empty() ? step : place + "." + step, type);
  }

 private:
  void follow_each(const Json* json, std::string_view rest, const std::string& place,
                   Type type) const {
    if (json == nullptr || !json->is_structured()) fail(place, name_of(Type::array), json);
    for (const auto& [key, element] : json->items())
      follow(&element, rest, place + "." + key, type);
  }

  [[noreturn]] void fail(const std::string& place, std::string_view expected,
                         const Json* found) const {
    throw InputError(file_, 0, "statistics, \"" + place + "\"", std::string(expected),
                     found == nullptr ? "nothing" : found->type_name());
  }

  const std::string& file_;
};

}  // namespace

void check_shape(const std::string& file, const Json& statistics) {
  const Check check(file);
  for (const Rule& rule : rules)
    check.follow(&statistics, rule.place, "", rule.type);
  if (!statistics.contains("explain")) return;
  for (const Rule& rule : explanation_rules)
    check.follow(&statistics, rule.place, "", rule.type);
}

}  // namespace doorbell::explore
