#include "platforms/explore/explain/limit.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "doorbell/core/arch/time.h"
#include "platforms/report/bottleneck.h"
#include "platforms/report/units.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

/// Below it what is sent waits for its own answers more than for any server.
constexpr double bounds_from = 0.8;

struct Server {
  std::string path;
  ServerLoad load;
};

std::optional<Server> bottleneck_among(const Json& metrics) {
  std::vector<Server> servers;
  std::vector<ServerLoad> loads;
  for (const Json& metric : metrics) {
    if (metric.at("kind") != "server") continue;
    const Json& values = metric.at("values");
    loads.push_back({.utilisation = values.at("utilisation"),
                     .places = values.at("capacity"),
                     .highest = values.at("busy_highest"),
                     .mean_service = values.at("mean_service"),
                     .completions = values.at("completions"),
                     .better_busy = metric.at("better") == "higher"});
    servers.push_back({metric.at("path"), loads.back()});
  }
  const auto found = bottleneck_of(loads);
  return found ? std::optional(servers[*found]) : std::nullopt;
}

/// MSIs a second at the server's full utilisation, of a file that says how many there were.
std::string bound_text(const Json& statistics, double utilisation) {
  if (!statistics.contains("totals")) return {};
  const Json& totals = statistics.at("totals");
  const auto measured = totals.at("measured").get<double>();
  if (measured == 0) return {};
  const double rate =
      totals.at("acknowledged").get<double>() * static_cast<double>(second) / measured;
  return fmt::format(": this mix can't exceed {} MSI/s", rate_text(rate / utilisation));
}

}  // namespace

std::string limit_words(const Json& statistics) {
  const Json& all = statistics.at("statistics");
  if (!all.contains("metrics")) return {};
  const auto server = bottleneck_among(all.at("metrics"));
  if (!server) return {};
  const double utilisation = server->load.utilisation;
  const std::string busy = share_text(utilisation, 1);
  if (utilisation < bounds_from)
    return fmt::format("no server: the busiest, {}, is busy {} of the time", server->path, busy);
  return fmt::format("{}, busy {} of the time{}", server->path, busy,
                     bound_text(statistics, utilisation));
}

}  // namespace doorbell::explore
