#include "platforms/explore/page/run_page.h"

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "platforms/explore/page/run_parts.h"
#include "platforms/explore/results/metric.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

constexpr double picoseconds_a_second = 1e12;

Json rates_part(const Json& totals) {
  const auto seconds = totals.at("measured").get<double>() / picoseconds_a_second;
  const auto rate = [&](const char* of) {
    return seconds > 0 ? totals.at(of).get<double>() / seconds : 0.0;
  };
  return {{"msis", rate("acknowledged")}, {"bytes", rate("bytes")}};
}

/// Of a model on the library; null for the platform of the command, which has a hash there.
Json name_of_model(const Json& statistics) {
  constexpr std::size_t hash_digits = 32;
  const auto model = statistics.value("model", std::string());
  const bool is_hash = model.size() == hash_digits &&
                       model.find_first_not_of("0123456789abcdef") == std::string::npos;
  return model.empty() || is_hash ? Json() : Json(model);
}

Json parameters_part(const Json& parameters) {
  Json part = Json::array();
  for (Json parameter : parameters) {
    parameter["changed"] = parameter.at("value") != parameter.at("default");
    part.push_back(std::move(parameter));
  }
  return part;
}

Json metrics_part(const Json& statistics) {
  Json part = Json::array();
  for (const Metric& metric : metrics_of(statistics)) {
    Json number = std::visit(
        [](const auto& held) -> Json {
          if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
            return nullptr;
          } else {
            return held;
          }
        },
        metric.number);
    part.push_back({{"name", metric.name},
                    {"unit", metric.unit},
                    {"better", to_string(metric.better)},
                    {"help", metric.help},
                    {"value", std::move(number)}});
  }
  return part;
}

}  // namespace

Json run_page(const Json& statistics) {
  const Json& totals = statistics.at("totals");
  const Json& latency = statistics.at("latency");
  const Json& metrics = statistics.at("statistics").at("metrics");
  Json page;
  page["kind"] = "run";
  page["version"] = statistics.at("version");
  page["model"] = name_of_model(statistics);
  page["partial"] = statistics.at("partial");
  page["workload"] = statistics.at("workload");
  page["totals"] = totals;
  page["rates"] = rates_part(totals);
  page["end_to_end"] = latency.at("total").at("end_to_end");
  page["stages"] = stages_part(latency);
  page["distributions"] = distributions_part(latency, MessageNames(statistics));
  page["over_time"] = over_time_part(metrics);
  page["servers"] = servers_part(metrics);
  page["bottleneck"] = bottleneck_part(page["servers"], page["rates"]);
  page["caches"] = caches_part(metrics);
  page["queues"] = queues_part(metrics);
  page["shapes"] = shapes_part(metrics);
  page["conservation"] = statistics.at("conservation");
  page["explain"] = explain_part(statistics);
  page["parameters"] = parameters_part(statistics.at("parameters"));
  page["metrics"] = metrics_part(statistics);
  return page;
}

}  // namespace doorbell::explore
