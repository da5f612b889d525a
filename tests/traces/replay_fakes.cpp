#include "tests/traces/replay_fakes.h"

#include <algorithm>

namespace doorbell::replay::test {

using trace::page_bytes;
using trace::SmmuOpcode;

namespace {

bool is_tlbi(SmmuOpcode opcode) {
  return opcode == SmmuOpcode::CMD_TLBI_NH_VA || opcode == SmmuOpcode::CMD_TLBI_NH_VAA ||
         opcode == SmmuOpcode::CMD_TLBI_NH_ASID || opcode == SmmuOpcode::CMD_TLBI_NH_ALL ||
         opcode == SmmuOpcode::CMD_TLBI_NSNH_ALL;
}

}  // namespace

void Machine::connect(Engine& engine) {
  engine_ = &engine;
  for (const auto& info : engine.header().streams)
    asids_[info.stream] = info.asid;
}

Task<void> Machine::translate(Stream stream, std::uint64_t iova) {
  const Page page{stream, iova / page_bytes};
  const auto at = in_flight_.insert(page);
  overlapping_ = std::max<std::uint64_t>(overlapping_, in_flight_.size());
  co_await pause(200 * nanosecond);
  const auto mapped = table_.find(page);
  if (mapped == table_.end()) {
    fail("a page that is not mapped was used");
  } else {
    const auto cached = tlb_.try_emplace(page, mapped->second).first;
    if (cached->second != mapped->second) fail("a stale translation was used");
  }
  co_await pause(200 * nanosecond);
  in_flight_.erase(at);
}

Task<void> Machine::deliver(Stream stream, std::uint64_t iova, std::uint64_t place) {
  co_await translate(stream, iova);
  auto& own = state(stream);
  while (own.observed != place)
    co_await own.changed.wait();
  ++own.observed;
  own.changed.notify_all();
}

Task<bool> Machine::read(const trace::Access& access) {
  auto& own = state(access.stream);
  const auto ahead = own.handed;
  co_await translate(access.stream, access.iova);
  while (own.observed < ahead)
    co_await own.changed.wait();
  co_return true;
}

Task<bool> Machine::write(const trace::Access& access) {
  co_await pause(20 * nanosecond);
  auto& own = state(access.stream);
  tasks_.spawn(deliver(access.stream, access.iova, own.handed++));
  co_return true;
}

Task<Signalled> Machine::signal(const trace::Msi& msi) {
  co_await pause(20 * nanosecond);
  auto& own = state(msi.stream);
  tasks_.spawn(interrupt(msi, own.handed++));
  co_return Signalled::sent;
}

Task<void> Machine::interrupt(trace::Msi msi, std::uint64_t place) {
  co_await deliver(msi.stream, msi.iova, place);
  const std::pair key{msi.stream, msi.event};
  if (!pending_.insert(key).second) {
    engine_->msi_joined(msi.stream, msi.event);
    ++state(msi.stream).taken;
    co_return;
  }
  co_await pause(2 * microsecond);
  pending_.erase(key);
  ++state(msi.stream).taken;
  engine_->msi_taken(msi.stream, msi.event);
}

Task<bool> Machine::flush(unsigned /*cpu*/, Stream stream) {
  auto& own = state(stream);
  const auto ahead = own.handed;
  while (own.observed < ahead)
    co_await own.changed.wait();
  co_return true;
}

Task<bool> Machine::perform(const trace::Record& record) {
  const std::pair actor{record.cpu, record.in_handler};
  const auto& operation = record.operation;
  if (!busy_.insert(actor).second) fail("a processor was given two operations at once");
  co_await pause(100 * nanosecond);
  if (const auto* one = std::get_if<trace::Map>(&operation)) map(*one);
  if (const auto* one = std::get_if<trace::Unmap>(&operation)) unmap(*one);
  if (const auto* one = std::get_if<trace::SmmuCommand>(&operation)) issue(record, *one);
  if (const auto* one = std::get_if<trace::Handle>(&operation); one && one->stream) {
    auto& own = state(*one->stream);
    if (++own.handled > own.taken && checks_handlers_) fail("a handler ran before its interrupt");
  }
  co_await pause(100 * nanosecond);
  busy_.erase(actor);
  co_return true;
}

/// Invalidations by address wait for the CMD_SYNC of their processor, or of any where the trace
/// orders them all; others bring one along (docs/replay.md).
void Machine::issue(const trace::Record& record, const trace::SmmuCommand& command) {
  const auto& conduct = engine_->header().conduct;
  const bool own = conduct && conduct->invalidations == trace::Conduct::Invalidations::processor;
  auto& queued = queued_[own ? record.cpu : 0];
  if (command.opcode != SmmuOpcode::CMD_SYNC && command.iova) return queued.push_back(command);
  queued.push_back(command);
  for (const auto& each : queued)
    invalidate(each);
  queued.clear();
}

void Machine::map(const trace::Map& map) {
  ++maps_;
  for (std::uint32_t i = 0; i < map.pages; ++i) {
    if (!table_.emplace(Page{map.stream, map.iova / page_bytes + i}, maps_).second) {
      fail("a mapped page was mapped");
    }
  }
}

void Machine::unmap(const trace::Unmap& unmap) {
  for (std::uint32_t i = 0; i < unmap.pages; ++i) {
    const Page page{unmap.stream, unmap.iova / page_bytes + i};
    if (in_flight_.contains(page)) fail("an unmap overtook DMA");
    if (table_.erase(page) == 0) fail("a page that is not mapped was unmapped");
  }
}

void Machine::invalidate(const trace::SmmuCommand& command) {
  if (!is_tlbi(command.opcode)) return;
  std::erase_if(tlb_, [&](const auto& each) {
    const auto& [stream, page] = each.first;
    if (command.asid && asids_.at(stream) != *command.asid) return false;
    if (!command.iova) return true;
    const auto first = *command.iova / page_bytes;
    return page >= first && page < first + command.pages;
  });
}

}  // namespace doorbell::replay::test
