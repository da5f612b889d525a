#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "doorbell/core/arch/time.h"

namespace doorbell {

class Statistics;

/// Which way is better; what a comparison of two runs colours by.
enum class Better : std::uint8_t { lower, higher, neither };
std::string_view to_string(Better better);

/// What the person who reads the output is told of a statistic.
struct StatisticInfo {
  std::string unit;  ///< Of what is counted: "transactions", "ps", "bytes".
  Better better = Better::neither;
  std::string help;  ///< One line.
};

/// One number (or row of numbers) of a statistic. Nothing (monostate) is a value that doesn't
/// exist, such as the hit rate of a cache that was never asked.
struct StatisticValue {
  using Number =
      std::variant<std::monostate, std::uint64_t, std::int64_t, double, std::vector<std::uint64_t>>;
  std::string_view name;
  Number number;
};
using StatisticValues = std::vector<StatisticValue>;

/// A place in the tree of names, such as "virt.smmu.tbu0". Cheap to copy; the registry outlives it.
class StatisticsGroup {
 public:
  StatisticsGroup(Statistics& statistics, std::string path)
      : statistics_(&statistics), path_(std::move(path)) {}

  StatisticsGroup group(std::string_view name) const { return {*statistics_, join(name)}; }
  /// A statistic of type `T` that the registry owns, for those whose number is known only at
  /// elaboration.
  template <class T, class... Arguments>
  T& make(std::string_view name, StatisticInfo info, Arguments&&... arguments) const;

  const std::string& path() const { return path_; }
  Statistics& statistics() const { return *statistics_; }
  /// The full path of `name` in this group.
  std::string join(std::string_view name) const;

 private:
  Statistics* statistics_;
  std::string path_;
};

/// What every statistic is: a name, what it means, and a window of simulated time that it covers.
/// It enters the registry when made and leaves it when destroyed, so blocks hold theirs as members.
/// A path that is taken already is a std::logic_error.
class Statistic {
 public:
  Statistic(const StatisticsGroup& group, std::string_view name, StatisticInfo info);
  virtual ~Statistic();
  Statistic(const Statistic&) = delete;
  Statistic& operator=(const Statistic&) = delete;

  const std::string& path() const { return path_; }
  const StatisticInfo& info() const { return info_; }
  /// "counter", "gauge", "cache", "server", "queue", "histogram" or "time_series".
  virtual std::string_view kind() const = 0;
  /// Everything it has to say, in a fixed order.
  virtual void values(StatisticValues& out) const = 0;

  /// Starts the measured region: counts go to zero, integrators keep their current occupancy.
  void reset(Time now);
  /// Brings integrators up to `now`; the window ends there. May be called again later.
  void finish(Time now);

  Time window_start() const { return start_; }
  Time window_end() const { return end_; }
  Time window() const { return end_ - start_; }

 private:
  friend class Statistics;
  virtual void on_reset(Time now) = 0;
  virtual void on_finish(Time) {}

  Statistics* registry_;
  std::string path_;
  StatisticInfo info_;
  Time start_ = 0;
  Time end_ = 0;
};

/// The registry of a simulation. Visits go in the order of the paths, whatever the order of
/// construction.
class Statistics {
 public:
  Statistics() = default;
  ~Statistics();
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;

  StatisticsGroup group(std::string_view path) { return {*this, std::string(path)}; }
  void visit(const std::function<void(const Statistic&)>& visitor) const;
  /// Null when there is none of this path.
  const Statistic* find(std::string_view path) const;
  std::size_t size() const { return by_path_.size(); }

  void reset(Time now);
  void finish(Time now);

 private:
  friend class Statistic;
  friend class StatisticsGroup;
  void add(Statistic& statistic);
  void remove(const Statistic& statistic);

  std::map<std::string, Statistic*, std::less<>> by_path_;
  std::vector<std::unique_ptr<Statistic>> owned_;
  Time start_ = 0;
};

template <class T, class... Arguments>
T& StatisticsGroup::make(std::string_view name, StatisticInfo info,
                         Arguments&&... arguments) const {
  auto made =
      std::make_unique<T>(*this, name, std::move(info), std::forward<Arguments>(arguments)...);
  T& reference = *made;
  statistics_->owned_.push_back(std::move(made));
  return reference;
}

}  // namespace doorbell
