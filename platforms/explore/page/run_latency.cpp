#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "platforms/explore/page/run_parts.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

/// Has something to draw: only so many vectors have their buckets written.
bool has_buckets(const Json& distribution) {
  return distribution.contains("buckets");
}

Json named(std::string name, const char* group, const Json& distribution) {
  Json json{{"name", std::move(name)}, {"group", group}};
  json.update(distribution);
  return json;
}

void append_slowest_first(Json& part, std::vector<Json> distributions) {
  std::stable_sort(distributions.begin(), distributions.end(), [](const Json& a, const Json& b) {
    return a.at("p99").get<std::uint64_t>() > b.at("p99").get<std::uint64_t>();
  });
  for (Json& distribution : distributions)
    part.push_back(std::move(distribution));
}

std::vector<Json> of_streams(const Json& streams) {
  std::vector<Json> found;
  for (const Json& stream : streams) {
    const Json& distribution = stream.at("end_to_end");
    if (!has_buckets(distribution)) continue;
    const auto name = fmt::format("stream 0x{:x}", stream.at("stream").get<std::uint32_t>());
    found.push_back(named(name, "stream", distribution));
  }
  return found;
}

std::vector<Json> of_vectors(const Json& vectors, const MessageNames& names) {
  std::vector<Json> found;
  for (const Json& vector : vectors) {
    const Json& distribution = vector.at("end_to_end");
    if (!has_buckets(distribution)) continue;
    std::string name = names.name(vector.at("device").get<std::uint32_t>(),
                                  vector.at("event").get<std::uint32_t>());
    found.push_back(named(std::move(name), "vector", distribution));
  }
  return found;
}

}  // namespace

Json stages_part(const Json& latency) {
  const Json& measured = latency.at("total").at("stages");
  Json part = Json::array();
  for (const Json& stage : latency.at("graph")) {
    const auto name = stage.at("name").get<std::string>();
    if (!measured.contains(name)) continue;
    Json json{{"name", name}, {"help", stage.at("help")}};
    json.update(measured.at(name));
    part.push_back(std::move(json));
  }
  return part;
}

Json distributions_part(const Json& latency, const MessageNames& names) {
  Json part = Json::array();
  const Json& total = latency.at("total");
  if (has_buckets(total.at("end_to_end")))
    part.push_back(named("all MSIs, end to end", "all MSIs", total.at("end_to_end")));
  for (const Json& stage : stages_part(latency)) {
    for (const char* what : {"waiting", "service"}) {
      if (!has_buckets(stage.at(what))) continue;
      part.push_back(named(fmt::format("{}, {}", stage.at("name").get<std::string>(), what),
                           "stage", stage.at(what)));
    }
  }
  append_slowest_first(part, of_streams(latency.at("streams")));
  append_slowest_first(part, of_vectors(latency.at("vectors"), names));
  return part;
}

}  // namespace doorbell::explore
