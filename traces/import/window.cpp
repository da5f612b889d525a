#include "traces/import/window.h"

#include <algorithm>
#include <cassert>

#include "doorbell/core/arch/time.h"

namespace doorbell::trace {

void Window::open_slot(std::uint64_t time_us) {
  if (slots_.size() >= capacity_) emit_front();
  slots_.push_back({time_us, {}, {}});
}

ItemPtr Window::make(std::uint64_t slot, std::uint32_t cpu, Operation operation) const {
  auto item = std::make_shared<Item>();
  item->record.time = slots_[slot - first_].time_us * microsecond;
  item->record.cpu = cpu;
  item->record.operation = std::move(operation);
  item->slot = slot;
  return item;
}

ItemPtr Window::append(std::uint32_t cpu, Operation operation) {
  auto item = make(current(), cpu, std::move(operation));
  slots_.back().items.push_back(item);
  return item;
}

ItemPtr Window::insert_before(std::uint64_t slot, std::uint32_t cpu, Operation operation) {
  assert(slot >= first_ && slot <= current());
  auto item = make(slot, cpu, std::move(operation));
  item->inserted = true;
  slots_[slot - first_].before.push_back(item);
  return item;
}

ItemPtr Window::last_before(std::uint64_t slot) const {
  const auto& before = slots_[slot - first_].before;
  return before.empty() ? nullptr : before.back();
}

void Window::flush() {
  while (!slots_.empty())
    emit_front();
}

void Window::emit_front() {
  for (const auto& item : slots_.front().before)
    emit(item);
  for (const auto& item : slots_.front().items)
    emit(item);
  slots_.pop_front();
  ++first_;
}

void Window::emit(const ItemPtr& item) {
  auto& record = item->record;
  record.number = writer_.records() + 1;
  for (const auto& range : item->after) {
    assert(range.first->record.number != 0 && range.last->record.number != 0);
    record.after.push_back({range.first->record.number, range.last->record.number});
  }
  std::sort(record.after.begin(), record.after.end(), std::greater<>());
  record.after.erase(std::unique(record.after.begin(), record.after.end()), record.after.end());
  writer_.write(record);
  count(record.operation);
  const auto* smmu = std::get_if<SmmuCommand>(&record.operation);
  if (smmu != nullptr && smmu->opcode == SmmuOpcode::CMD_SYNC) last_sync_ = item;
  // Items that are still referred to must not keep what they depended on.
  item->after = {};
  record.after = {};
}

void Window::count(const Operation& operation) {
  ++written_.records;
  const auto stream = stream_of(operation);
  StreamSummary* summary = stream ? &streams_[*stream] : nullptr;
  if (const auto* access = std::get_if<Access>(&operation)) {
    ++(access->is_write ? summary->writes : summary->reads);
    summary->bytes += access->bytes;
  } else if (const auto* msi = std::get_if<Msi>(&operation)) {
    ++summary->msis;
    if (msi->lost) ++written_.lost_msis;
  } else if (std::holds_alternative<Submit>(operation)) {
    ++(summary != nullptr ? summary->submits : written_.unattributed_submits);
  } else if (std::holds_alternative<Handle>(operation)) {
    ++(summary != nullptr ? summary->handles : written_.unattributed_handles);
  } else if (std::holds_alternative<Map>(operation)) {
    ++written_.maps;
  } else if (std::holds_alternative<Unmap>(operation)) {
    ++written_.unmaps;
  }
}

}  // namespace doorbell::trace
