#include "doorbell/core/arch/statistics_stages.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace doorbell {

StageId StageGraph::add(StageInfo info) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].name == info.name) return static_cast<StageId>(i);
  }
  if (frozen_) throw std::logic_error("a stage added after the first MSI: " + info.name);
  if (stages_.size() == capacity) throw std::logic_error("too many stages: " + info.name);
  stages_.push_back(std::move(info));
  return static_cast<StageId>(stages_.size() - 1);
}

const StageInfo* StageGraph::find(std::string_view name) const {
  for (const StageInfo& stage : stages_) {
    if (stage.name == name) return &stage;
  }
  return nullptr;
}

std::vector<StageId> StageGraph::in_order() const {
  std::vector<StageId> ids;
  for (std::size_t i = 0; i < stages_.size(); ++i)
    ids.push_back(static_cast<StageId>(i));
  std::sort(ids.begin(), ids.end(), [this](StageId a, StageId b) {
    return std::tie(info(a).order, info(a).name) < std::tie(info(b).order, info(b).name);
  });
  return ids;
}

}  // namespace doorbell
