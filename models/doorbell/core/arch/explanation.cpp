#include "doorbell/core/arch/explanation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Amount& amount) {
  return {{"count", amount.count}, {"time", amount.time}};
}

Json number_of(const Holder& holder) {
  return holder.id == Holder::no_number ? Json() : Json(holder.id);
}

/// How many holders of a cause a reader is told of.
constexpr std::size_t holders_told = 4;

}  // namespace

Explanation::Explanation(const StageGraph& graph, std::size_t count)
    : graph_(graph), count_(count) {}

void Explanation::add(const Journey& journey, Outcome outcome) {
  if (outcome != Outcome::acknowledged || journey.spans().empty()) return;
  causes_.add(journey);
  keep_if_slow(journey);
}

void Explanation::reset() {
  causes_ = {};
  slowest_.clear();
}

/// A total order: of equally slow ones, the earlier is taken for slower.
bool Explanation::slower(const Slow& a, const Slow& b) {
  return a.end_to_end != b.end_to_end ? a.end_to_end > b.end_to_end : a.number < b.number;
}

void Explanation::keep_if_slow(const Journey& journey) {
  if (count_ == 0) return;
  const Time end_to_end = journey.latest() - journey.started();
  const bool full = slowest_.size() == count_;
  // `slower` as order makes a heap with the least slow on top.
  if (full) {
    const Slow& least = slowest_.front();
    const bool slow_enough = end_to_end > least.end_to_end ||
                             (end_to_end == least.end_to_end && journey.number() < least.number);
    if (!slow_enough) return;
    std::pop_heap(slowest_.begin(), slowest_.end(), slower);
  } else {
    slowest_.emplace_back();
  }
  Slow& slow = slowest_.back();
  slow.end_to_end = end_to_end;
  slow.number = journey.number();
  slow.started = journey.started();
  slow.identity = journey.identity();
  slow.spans = journey.spans();
  std::push_heap(slowest_.begin(), slowest_.end(), slower);
}

Json Explanation::to_json(const Causes::Part& part) const {
  Json holders = Json::array();
  for (const MainHolders::Entry& holder : part.holders) {
    if (holders.size() == holders_told) break;
    holders.push_back({{"id", holder.id}, {"time", holder.certain()}});
  }
  return {{"stage", graph_.info(part.cause.stage).name},
          {"waiting", part.cause.waiting},
          {"resource", part.cause.resource},
          {"holder", part.cause.holder},
          {"slow", doorbell::to_json(part.slow)},
          {"typical", doorbell::to_json(part.typical)},
          {"main_holders", std::move(holders)}};
}

Json Explanation::to_json(const Slow& slow) const {
  Json spans = Json::array();
  for (const JourneySpan& span : slow.spans) {
    Json holder;
    if (span.holder.known()) {
      holder = {{"what", span.holder.what}, {"id", number_of(span.holder)}};
    }
    spans.push_back({{"stage", graph_.info(span.stage).name},
                     {"waiting", span.waiting},
                     {"resource", span.resource},
                     {"holder", std::move(holder)},
                     {"from", span.from - slow.started},
                     {"time", span.to - span.from}});
  }
  return {{"number", slow.number},          {"stream", slow.identity.stream},
          {"device", slow.identity.device}, {"event", slow.identity.event},
          {"started", slow.started},        {"end_to_end", slow.end_to_end},
          {"spans", std::move(spans)}};
}

Json Explanation::to_json() const {
  const Causes::Split split = causes_.split();
  Json causes = Json::array();
  for (const Causes::Part& part : split.parts)
    causes.push_back(to_json(part));
  std::vector<Slow> sorted = slowest_;
  std::sort(sorted.begin(), sorted.end(), slower);
  Json slowest = Json::array();
  for (const Slow& slow : sorted)
    slowest.push_back(to_json(slow));
  return {{"slow_from", split.limit},
          {"typical", doorbell::to_json(split.typical)},
          {"slow", doorbell::to_json(split.slow)},
          {"causes", std::move(causes)},
          {"slowest", std::move(slowest)}};
}

}  // namespace doorbell
