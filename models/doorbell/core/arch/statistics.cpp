#include "doorbell/core/arch/statistics.h"

#include <stdexcept>

namespace doorbell {

std::string_view to_string(Better better) {
  switch (better) {
    case Better::lower:
      return "lower";
    case Better::higher:
      return "higher";
    case Better::neither:
      break;
  }
  return "neither";
}

std::string StatisticsGroup::join(std::string_view name) const {
  if (path_.empty()) return std::string(name);
  std::string joined;
  joined.reserve(path_.size() + 1 + name.size());
  joined.append(path_).append(1, '.').append(name);
  return joined;
}

Statistic::Statistic(const StatisticsGroup& group, std::string_view name, StatisticInfo info)
    : registry_(&group.statistics()), path_(group.join(name)), info_(std::move(info)) {
  registry_->add(*this);
}

Statistic::~Statistic() {
  if (registry_ != nullptr) registry_->remove(*this);
}

void Statistic::reset(Time now) {
  on_reset(now);
  start_ = now;
  end_ = now;
}

void Statistic::finish(Time now) {
  on_finish(now);
  end_ = now;
}

Statistics::~Statistics() {
  owned_.clear();
  for (auto& [path, statistic] : by_path_)
    statistic->registry_ = nullptr;
}

void Statistics::add(Statistic& statistic) {
  if (!by_path_.emplace(statistic.path(), &statistic).second) {
    throw std::logic_error("two statistics called " + statistic.path());
  }
  statistic.start_ = start_;
  statistic.end_ = start_;
}

void Statistics::remove(const Statistic& statistic) {
  by_path_.erase(statistic.path());
}

void Statistics::visit(const std::function<void(const Statistic&)>& visitor) const {
  for (const auto& [path, statistic] : by_path_)
    visitor(*statistic);
}

const Statistic* Statistics::find(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

void Statistics::reset(Time now) {
  start_ = now;
  for (auto& [path, statistic] : by_path_)
    statistic->reset(now);
}

void Statistics::finish(Time now) {
  for (auto& [path, statistic] : by_path_)
    statistic->finish(now);
}

}  // namespace doorbell
