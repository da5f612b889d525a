#include "traces/import/mappings.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace doorbell::trace {
namespace {

/// Pages of one Map record at most.
constexpr std::uint32_t longest_map = 4096;

}  // namespace

std::uint32_t Mappings::cpu_of(Stream stream, std::optional<std::uint32_t> queue) const {
  const auto found = survey_.streams.find(stream);
  if (!queue || found == survey_.streams.end()) return 0;
  const auto cpu = found->second.queue_cpu.find(*queue);
  return cpu == found->second.queue_cpu.end() ? 0 : cpu->second;
}

Mapping& Mappings::use(Stream stream, std::uint64_t page, std::uint64_t pa_page,
                       const ItemPtr& submission) {
  auto& pages = streams_[stream].pages;
  auto found = pages.find(page);
  if (found != pages.end() && found->second.pa_page != pa_page) {
    infer_invalidation(stream, found, submission);
    found = pages.end();
  }
  if (found == pages.end()) found = map(stream, page, pa_page, submission);
  return found->second;
}

Mappings::Pages::iterator Mappings::map(Stream stream, std::uint64_t page, std::uint64_t pa_page,
                                        const ItemPtr& submission) {
  auto& of_stream = streams_[stream];
  auto slot = submission ? submission->slot : window_.current();
  ItemPtr sync;
  if (const auto released = of_stream.released.find(page); released != of_stream.released.end()) {
    if (!released->second) infer_sync();
    sync = of_stream.released.at(page);
    slot = std::max(slot, sync->next_slot());
  }
  Map operation{stream, page * page_bytes, 1, std::nullopt};
  if (!survey_.doorbell_pages.contains(pa_page)) operation.frame = frames_.acquire(pa_page);
  const auto item = insert_map(std::max(slot, window_.first()),
                               submission ? submission->record.cpu : 0, operation);
  item->depend_on(sync);
  item->depend_on(window_.last_sync());
  of_stream.released.erase(page);
  return of_stream.pages.emplace(page, Mapping{pa_page, item, nullptr, nullptr, std::nullopt})
      .first;
}

ItemPtr Mappings::insert_map(std::uint64_t slot, std::uint32_t cpu, const Map& map) {
  const auto last = window_.last_before(slot);
  auto* before = last ? std::get_if<Map>(&last->record.operation) : nullptr;
  if (before != nullptr && last->record.cpu == cpu && before->stream == map.stream && map.frame &&
      before->frame && before->pages < longest_map &&
      before->iova + before->pages * page_bytes == map.iova &&
      *before->frame + before->pages == *map.frame) {
    ++before->pages;
    return last;
  }
  return window_.insert_before(slot, cpu, map);
}

ItemPtr Mappings::unmap_item(std::uint64_t slot, std::uint32_t cpu, const Unmap& unmap) {
  const auto last = window_.last_before(slot);
  auto* before = last ? std::get_if<Unmap>(&last->record.operation) : nullptr;
  if (before != nullptr && last->record.cpu == cpu && before->stream == unmap.stream &&
      before->iova + before->pages * page_bytes == unmap.iova) {
    before->pages += unmap.pages;
    return last;
  }
  return window_.insert_before(slot, cpu, unmap);
}

ItemPtr Mappings::insert_unmap(std::uint64_t slot, Stream stream, Pages::const_iterator first,
                               std::uint32_t pages) {
  const auto& mapping = first->second;
  const auto item = unmap_item(slot, cpu_of(stream, mapping.queue),
                               Unmap{stream, first->first * page_bytes, pages});
  auto first_use = mapping.first_use;
  auto last_use = mapping.last_use;
  for (std::uint32_t i = 0; i < pages; ++i, ++first) {
    if (first->second.first_use->slot < first_use->slot) first_use = first->second.first_use;
    if (first->second.last_use->slot > last_use->slot) last_use = first->second.last_use;
  }
  item->depend_on(first_use, last_use);
  if (mapping.queue) {
    const auto handle = handles_.find({stream, *mapping.queue});
    if (handle != handles_.end() && handle->second->slot < slot) item->depend_on(handle->second);
  }
  return item;
}

void Mappings::infer_invalidation(Stream stream, Pages::iterator page, const ItemPtr& submission) {
  auto slot = submission ? submission->slot : window_.current();
  slot = std::max({slot, page->second.last_use->next_slot(), window_.first()});
  const auto unmap = insert_unmap(slot, stream, page, 1);
  const auto cpu = unmap->record.cpu;
  SmmuCommand tlbi{SmmuOpcode::CMD_TLBI_NH_VA,
                   std::nullopt,
                   survey_.streams.at(stream).asid,
                   page->first * page_bytes,
                   1,
                   true};
  window_.insert_before(slot, cpu, tlbi)->depend_on(unmap);
  const auto sync = window_.insert_before(slot, cpu, SmmuCommand{});
  ++summary_.inferred_tlbis;
  ++summary_.inferred_syncs;
  auto& of_stream = streams_[stream];
  of_stream.released[page->first] = sync;
  releases_.push_back({slot, stream, page->first});
  if (!survey_.doorbell_pages.contains(page->second.pa_page)) {
    frames_.release_synced(page->second.pa_page, slot);
  }
  of_stream.pages.erase(page);
}

void Mappings::infer_sync() {
  ++summary_.inferred_syncs;
  synced(window_.insert_before(window_.current(), 0, SmmuCommand{}));
}

std::optional<std::uint32_t> Mappings::unmap(Stream stream, std::uint64_t iova, std::uint64_t pages,
                                             Item& tlbi) {
  auto& of_stream = streams_[stream];
  const auto end_page = iova / page_bytes + pages;
  std::optional<std::uint32_t> cpu;
  auto at = of_stream.pages.lower_bound(iova / page_bytes);
  while (at != of_stream.pages.end() && at->first < end_page) {
    const auto run_cpu = cpu_of(stream, at->second.queue);
    auto end = at;
    std::uint32_t length = 0;
    while (end != of_stream.pages.end() && end->first < end_page &&
           end->first == at->first + length && cpu_of(stream, end->second.queue) == run_cpu) {
      ++length;
      ++end;
    }
    tlbi.depend_on(insert_unmap(tlbi.slot, stream, at, length));
    cpu = run_cpu;
    for (; at != end; at = of_stream.pages.erase(at)) {
      of_stream.released[at->first] = nullptr;
      unsynced_.push_back({tlbi.slot, stream, at->first});
      if (!survey_.doorbell_pages.contains(at->second.pa_page)) {
        frames_.release(at->second.pa_page);
      }
    }
  }
  return cpu;
}

void Mappings::follow_uses(Stream stream, std::uint64_t iova, std::uint64_t pages,
                           Item& tlbi) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  const auto& live = found->second.pages;
  const auto end_page = iova / page_bytes + pages;
  for (auto at = live.lower_bound(iova / page_bytes); at != live.end() && at->first < end_page;
       ++at) {
    tlbi.depend_on(at->second.first_use, at->second.last_use);
  }
}

void Mappings::synced(const ItemPtr& sync) {
  for (auto& release : unsynced_) {
    release.slot = sync->slot;
    streams_[release.stream].released[release.page] = sync;
    releases_.push_back(release);
  }
  unsynced_.clear();
  frames_.synced(sync->slot);
}

void Mappings::expire() {
  while (!releases_.empty() && releases_.front().slot < window_.first()) {
    const auto& release = releases_.front();
    auto& released = streams_[release.stream].released;
    const auto found = released.find(release.page);
    if (found != released.end() && found->second && found->second->slot < window_.first()) {
      released.erase(found);
    }
    releases_.pop_front();
  }
  frames_.expire(window_.first());
}

}  // namespace doorbell::trace
