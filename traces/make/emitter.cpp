#include "traces/make/emitter.h"

#include <algorithm>
#include <utility>

namespace doorbell::workload {
namespace {

template <typename Numbers>
void set_dependencies(trace::Record& record, const Numbers& after) {
  for (const Number number : after) {
    if (number != 0) record.after.push_back({number, number});
  }
}

}  // namespace

trace::Record& Emitter::add(trace::Operation operation) {
  if (empty()) {
    pending_.clear();
    taken_ = 0;
  }
  auto& record = pending_.emplace_back();
  record.number = ++last_;
  record.time = time_;
  record.operation = std::move(operation);
  return record;
}

Number Emitter::processor(Actor actor, trace::Operation operation,
                          std::initializer_list<Number> after) {
  auto& record = add(std::move(operation));
  record.cpu = actor.cpu;
  record.in_handler = actor.in_handler;
  set_dependencies(record, after);
  return record.number;
}

Number Emitter::device(trace::Operation operation, std::initializer_list<Number> after) {
  auto& record = add(std::move(operation));
  set_dependencies(record, after);
  return record.number;
}

Number Emitter::device(trace::Operation operation, const std::vector<Number>& after) {
  auto& record = add(std::move(operation));
  set_dependencies(record, after);
  return record.number;
}

Number Emitter::device_after_all(trace::Operation operation, Number first, Number last) {
  auto& record = add(std::move(operation));
  record.after.push_back({first, last});
  return record.number;
}

void Emitter::take(trace::Record& record) {
  std::swap(record, pending_[taken_++]);
}

}  // namespace doorbell::workload
