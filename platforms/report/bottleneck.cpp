#include "platforms/report/bottleneck.h"

#include <algorithm>

namespace doorbell {
namespace {

/// Entries of the root complex are full 97 % of the time before an ITS that is busy 80 %, as the
/// entries are shared with reads and writes that don't need it (docs/studies/its-sizing).
constexpr double as_busy = 0.8;

}  // namespace

std::optional<std::size_t> bottleneck_of(std::span<const ServerLoad> servers) {
  const auto busiest =
      std::max_element(servers.begin(), servers.end(),
                       [](const auto& a, const auto& b) { return a.utilisation < b.utilisation; });
  if (busiest == servers.end() || busiest->utilisation <= 0) return std::nullopt;
  auto found = busiest;
  if (busiest->places > 1) {
    for (auto server = servers.begin(); server != servers.end(); ++server) {
      const bool limits = server->utilisation >= as_busy * busiest->utilisation &&
                          server->highest >= server->places;
      if (limits && server->mean_service < found->mean_service) found = server;
    }
  }
  return static_cast<std::size_t>(found - servers.begin());
}

}  // namespace doorbell
