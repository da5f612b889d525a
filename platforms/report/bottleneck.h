#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace doorbell {

/// How a run has used a server.
struct ServerLoad {
  double utilisation = 0;     ///< 0 to 1.
  std::uint64_t places = 1;   ///< That it serves at a time at most.
  std::uint64_t highest = 0;  ///< That it has served at a time.
  double mean_service = 0;    ///< ps
  std::uint64_t completions = 0;
  bool better_busy = false;  ///< The busier it is, the better, such as being idle.
};

/// Whether it can hold anything up: not what has served nobody, nor what is better busy.
bool may_bound(const ServerLoad& server);

/// The index of the server that bounds a run, of those that may; none when nothing was busy. That
/// is the busiest, the first of equal ones, unless it has several places. Places are held while
/// others work, so they fill up in front of whatever is too slow: then it is the one that is held
/// for the shortest, of those that were full at a time and at least four fifths as busy; of several
/// with one place each the busiest.
std::optional<std::size_t> bottleneck_of(std::span<const ServerLoad> servers);

}  // namespace doorbell
