#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "platforms/explore/page/run_parts.h"
#include "platforms/report/bottleneck.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

/// The statistics of a kind: what they are, without kind and values, and their values.
template <class Visitor>
void each(const Json& metrics, std::string_view kind, Visitor visitor) {
  for (const Json& metric : metrics) {
    if (metric.at("kind").get<std::string>() == kind) visitor(metric, metric.at("values"));
  }
}

Json described(const Json& metric) {
  return {{"path", metric.at("path")}, {"unit", metric.at("unit")}, {"help", metric.at("help")}};
}

/// The greatest `key` first; equals stay in the order of their paths.
Json sorted_by(std::vector<Json> part, const char* key) {
  std::stable_sort(part.begin(), part.end(), [key](const Json& a, const Json& b) {
    return a.at(key).get<double>() > b.at(key).get<double>();
  });
  return Json(std::move(part));
}

double sum_of(const Json& bins) {
  double sum = 0;
  for (const Json& bin : bins)
    sum += bin.get<double>();
  return sum;
}

}  // namespace

Json over_time_part(const Json& metrics) {
  std::vector<Json> part;
  for (const Json& metric : metrics) {
    const Json& values = metric.at("values");
    if (!values.contains("bins") || sum_of(values.at("bins")) == 0) continue;
    Json json = described(metric);
    json["kind"] = metric.at("kind");
    json["bin_width"] = values.at("bin_width");
    json["bins"] = values.at("bins");
    json["capacity"] = values.value("capacity", Json());
    // Idle, busy or unused alike all along: what changes and what is busy are looked at first.
    json["weight"] = sum_of(values.at("bins")) / std::max(1.0, values.value("capacity", 1.0));
    if (metric.at("better").get<std::string>() == "higher" && json["kind"] == "server")
      json["weight"] = 0.0;
    part.push_back(std::move(json));
  }
  return sorted_by(std::move(part), "weight");
}

Json servers_part(const Json& metrics) {
  std::vector<Json> part;
  each(metrics, "server", [&](const Json& metric, const Json& values) {
    if (values.at("completions").get<std::uint64_t>() == 0) return;
    Json json = described(metric);
    json["limits"] = metric.at("better").get<std::string>() != "higher";
    for (const char* key :
         {"capacity", "completions", "busy_highest", "utilisation", "mean_service"})
      json[key] = values.at(key);
    part.push_back(std::move(json));
  });
  return sorted_by(std::move(part), "utilisation");
}

Json bottleneck_part(const Json& servers, const Json& rates) {
  std::vector<ServerLoad> loads;
  for (const Json& server : servers) {
    loads.push_back({.utilisation = server.at("utilisation"),
                     .places = server.at("capacity"),
                     .highest = server.at("busy_highest"),
                     .mean_service = server.at("mean_service"),
                     .completions = server.at("completions"),
                     .better_busy = !server.at("limits").get<bool>()});
  }
  const auto found = bottleneck_of(loads);
  if (!found) return nullptr;
  const Json& server = servers.at(*found);
  const auto utilisation = server.at("utilisation").get<double>();
  const bool has_msis = rates.at("msis").get<double>() > 0;
  const auto rate = rates.at(has_msis ? "msis" : "bytes").get<double>();
  return {{"path", server.at("path")},
          {"utilisation", utilisation},
          {"bound", rate / utilisation},
          {"unit", has_msis ? "MSI/s" : "bytes/s"}};
}

Json caches_part(const Json& metrics) {
  std::vector<Json> part;
  each(metrics, "cache", [&](const Json& metric, const Json& values) {
    const auto lookups =
        values.at("hits").get<std::uint64_t>() + values.at("misses").get<std::uint64_t>();
    if (lookups == 0) return;
    Json json = described(metric);
    json["lookups"] = lookups;
    json.update(values);
    part.push_back(std::move(json));
  });
  return sorted_by(std::move(part), "lookups");
}

Json queues_part(const Json& metrics) {
  std::vector<Json> part;
  each(metrics, "queue", [&](const Json& metric, const Json& values) {
    if (values.at("high_water_mark").get<std::uint64_t>() == 0) return;
    Json json = described(metric);
    for (const char* key :
         {"capacity", "arrivals", "high_water_mark", "mean_occupancy", "p50", "p99", "max"})
      json[key] = values.value(key, Json());
    part.push_back(std::move(json));
  });
  return sorted_by(std::move(part), "mean_occupancy");
}

namespace {

/// NAME and N of NAME_N; N is negative when the name isn't of this form.
std::pair<std::string, int> family_of(const std::string& path) {
  std::size_t digits = path.size();
  while (digits > 0 && std::isdigit(static_cast<unsigned char>(path[digits - 1])) != 0)
    --digits;
  const bool is_member =
      digits < path.size() && path.size() - digits < 7 && digits > 1 && path[digits - 1] == '_';
  if (!is_member) return {path, -1};
  return {path.substr(0, digits - 1), std::stoi(path.substr(digits))};
}

/// A member's help without its number at the end: "walks that read this many descriptors: 3".
std::string without_number(std::string help) {
  const std::size_t last = help.find_last_not_of("0123456789 :");
  if (last != std::string::npos && help.find_first_of("0123456789", last) != std::string::npos)
    help.resize(last + 1);
  return help;
}

struct Family {
  Json described;
  std::map<int, std::uint64_t> counts;
};

std::vector<Json> families(const Json& metrics) {
  std::map<std::string, Family> by_name;
  each(metrics, "counter", [&](const Json& metric, const Json& values) {
    const auto [name, number] = family_of(metric.at("path").get<std::string>());
    if (number < 0) return;
    Family& family = by_name[name];
    if (family.described.is_null()) {
      family.described = described(metric);
      family.described["help"] = without_number(family.described["help"]);
    }
    family.counts[number] = values.at("value").get<std::uint64_t>();
  });
  std::vector<Json> part;
  for (auto& [name, family] : by_name) {
    std::uint64_t sum = 0;
    Json bars = Json::array();
    for (const auto& [number, count] : family.counts) {
      bars.push_back({number, count});
      sum += count;
    }
    if (bars.size() < 2 || sum == 0) continue;
    Json json = std::move(family.described);
    json["path"] = name;
    json["count"] = sum;
    json["bars"] = std::move(bars);
    part.push_back(std::move(json));
  }
  return part;
}

}  // namespace

Json shapes_part(const Json& metrics) {
  std::vector<Json> part = families(metrics);
  each(metrics, "histogram", [&](const Json& metric, const Json& values) {
    if (!values.contains("buckets")) return;
    const Json& buckets = values.at("buckets");
    Json json = described(metric);
    for (const char* key : {"count", "mean", "p50", "p99", "max"})
      json[key] = values.at(key);
    Json& bars = json["bars"] = Json::array();
    for (std::size_t i = 0; i + 1 < buckets.size(); i += 2)
      bars.push_back({buckets[i], buckets[i + 1]});
    part.push_back(std::move(json));
  });
  return sorted_by(std::move(part), "count");
}

}  // namespace doorbell::explore
