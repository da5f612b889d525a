#include "platforms/explore/results/value_meaning.h"

#include <algorithm>
#include <array>
#include <span>

namespace doorbell::explore {
namespace {

/// The unit of a value: a fixed one, or that of its statistic.
constexpr std::string_view as_statistic = "as the statistic";

enum class Direction { lower, higher, neither, as_statistic };

struct Known {
  std::string_view value;
  std::string_view unit;
  Direction direction = Direction::neither;
  bool is_metric = true;
};

/// Of every kind that has a row of bins over time.
constexpr std::array over_time{
    Known{"bin_width", "ps", Direction::neither, false},
};
constexpr std::array counter{
    Known{"value", as_statistic, Direction::as_statistic},
};
constexpr std::array gauge{
    Known{"value", as_statistic, Direction::as_statistic},
    Known{"highest", as_statistic, Direction::as_statistic},
};
constexpr std::array cache{
    Known{"hits", as_statistic},
    Known{"misses", as_statistic, Direction::lower},
    Known{"hit_rate", "", Direction::higher},
    Known{"evictions", "entries"},
    Known{"invalidations", "entries"},
};
constexpr std::array server{
    Known{"capacity", "places", Direction::neither, false},
    Known{"completions", as_statistic},
    Known{"busy_time", "ps"},
    Known{"busy_highest", "places"},
    Known{"utilisation", "", Direction::as_statistic},
    Known{"mean_service", "ps", Direction::as_statistic},
};
constexpr std::array queue{
    Known{"capacity", as_statistic, Direction::neither, false},
    Known{"arrivals", as_statistic},
    Known{"departures", as_statistic},
    Known{"occupancy", as_statistic},
    Known{"high_water_mark", as_statistic, Direction::as_statistic},
    Known{"occupancy_integral", as_statistic, Direction::neither, false},
    Known{"mean_occupancy", as_statistic, Direction::as_statistic},
    Known{"littles_law_error", "", Direction::lower},
};
/// A distribution: all of a histogram, and the sojourn times of a queue.
constexpr std::array distribution{
    Known{"count", "times"},
    Known{"sum", as_statistic},
    Known{"min", as_statistic, Direction::as_statistic},
    Known{"mean", as_statistic, Direction::as_statistic},
    Known{"p50", as_statistic, Direction::as_statistic},
    Known{"p90", as_statistic, Direction::as_statistic},
    Known{"p99", as_statistic, Direction::as_statistic},
    Known{"p99.9", as_statistic, Direction::as_statistic},
    Known{"max", as_statistic, Direction::as_statistic},
};

const Known* find(std::span<const Known> values, std::string_view value) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const Known& known) { return known.value == value; });
  return found == values.end() ? nullptr : &*found;
}

std::span<const Known> values_of(std::string_view kind) {
  if (kind == "counter") return counter;
  if (kind == "gauge") return gauge;
  if (kind == "cache") return cache;
  if (kind == "server") return server;
  if (kind == "queue") return queue;
  if (kind == "histogram") return distribution;
  return {};
}

ValueMeaning apply(const Known& known, const ValueMeaning& whole) {
  ValueMeaning meaning;
  meaning.unit = known.unit == as_statistic ? whole.unit : std::string(known.unit);
  meaning.is_metric = known.is_metric;
  switch (known.direction) {
    case Direction::lower:
      meaning.better = Better::lower;
      break;
    case Direction::higher:
      meaning.better = Better::higher;
      break;
    case Direction::as_statistic:
      meaning.better = whole.better;
      break;
    case Direction::neither:
      break;
  }
  return meaning;
}

}  // namespace

std::optional<ValueMeaning> known_meaning(std::string_view kind, std::string_view value,
                                          const ValueMeaning& whole) {
  if (const Known* known = find(values_of(kind), value)) return apply(*known, whole);
  if (const Known* known = find(over_time, value)) return apply(*known, whole);
  if (kind == "queue") {
    // Times from entry to departure, in picoseconds whatever it is that enters.
    if (const Known* known = find(distribution, value)) return apply(*known, {"ps", whole.better});
  }
  return std::nullopt;
}

ValueMeaning meaning_of(std::string_view kind, std::string_view value, const ValueMeaning& whole) {
  return known_meaning(kind, value, whole).value_or(ValueMeaning{whole.unit, Better::neither});
}

}  // namespace doorbell::explore
