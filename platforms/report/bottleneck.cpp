#include "platforms/report/bottleneck.h"

#include <algorithm>

namespace doorbell {
namespace {

/// Entries of the root complex are full 97 % of the time before an ITS that is busy 80 %, as the
/// entries are shared with reads and writes that don't need it (docs/studies/its-sizing).
constexpr double as_busy = 0.8;
/// Whether some of what holds a place of `outer` holds one of `inner` meanwhile: then the times of
/// those few may be the longer ones.
bool is_part(const ServerLoad& inner, const ServerLoad& outer) {
  const auto held = [](const ServerLoad& server) {
    return server.utilisation * static_cast<double>(server.places);
  };
  return inner.places > 1 && outer.places > 1 && inner.completions <= outer.completions &&
         held(inner) < held(outer);
}

/// Whether `inner` is held within `outer`, or else for a shorter time.
bool is_within(const ServerLoad& inner, const ServerLoad& outer) {
  if (is_part(inner, outer)) return true;
  return !is_part(outer, inner) && inner.mean_service < outer.mean_service;
}

/// Of servers with one place the busier one is slower, however long it is held.
bool bounds_before(const ServerLoad& server, const ServerLoad& other) {
  if (server.places == 1 && other.places == 1) return server.utilisation > other.utilisation;
  return is_within(server, other);
}

}  // namespace

bool may_bound(const ServerLoad& server) {
  return !server.better_busy && server.completions != 0;
}

std::optional<std::size_t> bottleneck_of(std::span<const ServerLoad> servers) {
  const auto utilisation = [](const ServerLoad& server) {
    return may_bound(server) ? server.utilisation : 0;
  };
  const auto busiest = std::ranges::max_element(servers, {}, utilisation);
  if (busiest == servers.end() || utilisation(*busiest) <= 0) return std::nullopt;
  auto found = busiest;
  if (busiest->places > 1) {
    for (auto server = servers.begin(); server != servers.end(); ++server) {
      const bool limits = utilisation(*server) >= as_busy * busiest->utilisation &&
                          server->highest >= server->places;
      if (limits && bounds_before(*server, *found)) found = server;
    }
  }
  return static_cast<std::size_t>(found - servers.begin());
}

}  // namespace doorbell
