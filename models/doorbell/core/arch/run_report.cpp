#include "doorbell/core/arch/run_report.h"

#include <nlohmann/json.hpp>
#include <numeric>

#include "doorbell/core/arch/hexadecimal.h"
#include "doorbell/core/arch/parameter_yaml.h"
#include "doorbell/core/arch/statistics_json.h"

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const RunTotals& totals) {
  return {{"measured", totals.measured},
          {"transactions", totals.transactions},
          {"bytes", totals.bytes},
          {"sent", totals.sent},
          {"acknowledged", totals.acknowledged},
          {"commands_refused", totals.faults.commands_refused},
          {"operations_failed", totals.faults.operations_failed},
          {"operations_refused", totals.faults.operations_refused},
          {"events_recorded", totals.faults.events_recorded},
          {"errors_raised", totals.faults.errors_raised}};
}

Json to_json(const Conservation& conservation) {
  Json outcomes = Json::object();
  for (const auto& [name, count] : conservation.outcomes)
    outcomes[name] = count;
  return {{"sent", conservation.sent},
          {"outcomes", std::move(outcomes)},
          {"accounted", conservation.accounted()},
          {"balanced", conservation.balanced()}};
}

}  // namespace

std::uint64_t Conservation::accounted() const {
  return std::accumulate(
      outcomes.begin(), outcomes.end(), std::uint64_t{0},
      [](std::uint64_t sum, const Outcome& outcome) { return sum + outcome.count; });
}

Json to_json(const RunReport& report) {
  Json json;
  json["format"] = 1;
  json["version"] = report.version;
  json["model"] = report.model;
  json["partial"] = report.partial;
  json["workload"] = {{"fnv1a64", hexadecimal(report.workload.hash, 16)}};
  for (const auto& [path, value] : report.workload.made_from)
    json["workload"]["made_from"][path] = value;
  json["parameters"] = describe_parameters(report.parameters);
  json["totals"] = to_json(report.totals);
  json["conservation"] = to_json(report.conservation);
  json["latency"] = to_json(report.stages);
  json["statistics"] = to_json(report.statistics);
  return json;
}

}  // namespace doorbell
