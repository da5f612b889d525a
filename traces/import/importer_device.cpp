#include <algorithm>
#include <utility>

#include "traces/import/importer.h"

namespace doorbell::trace {
namespace {

/// Commands or completions that a queue's books hold at most; only wrong kinds let them grow.
constexpr std::size_t most_open = 1024;
constexpr std::uint64_t completions_a_page = 256;

}  // namespace

void Importer::add_event(const AccessRow& row) {
  const auto& access = row.access;
  auto& state = streams_[access.stream];
  const bool is_fetch = access.kind == AccessKind::fetch && access.queue;
  ItemPtr submit;
  if (is_fetch) submit = find_submit(access, queues_[*access.queue][access.stream]);
  const auto before = submit ? submit : submission_of(access.stream, state, access);
  auto& mapping =
      mappings_.use(access.stream, access.iova / page_bytes, row.pa / page_bytes, before);
  const auto item = window_.append(0, access);
  ++summary_.represented;
  if (row.cut) ++summary_.cut_lengths;
  item->depend_on(mapping.map);
  if (is_fetch) {
    fetch(item, access, state, submit);
  } else if (access.kind == AccessKind::completion && access.queue) {
    complete(item, access, state);
  } else {
    other_access(item, state);
  }
  done_by_device(item, mapping, state);
}

ItemPtr Importer::submission_of(Stream stream, const StreamState& state, const Access& access) {
  if (access.kind == AccessKind::completion && access.queue) {
    const auto& open = queues_[*access.queue][stream].open;
    if (!open.empty() && open.front()->submit) return open.front()->submit;
  }
  if (state.current && state.current->submit) return state.current->submit;
  return state.last_submit;
}

ItemPtr Importer::find_submit(const Access& access, Queue& queue) {
  if (queue.last_submit && DoorbellMatcher::covers(*queue.last_submit, access.iova) &&
      queue.last_submit->open_commands > 0) {
    return nullptr;
  }
  const auto found = submits_.take(*access.queue, access.iova, window_.current());
  if (found) attribute(found, access.stream, queue);
  return found;
}

void Importer::fetch(const ItemPtr& item, const Access& access, StreamState& state,
                     const ItemPtr& submit) {
  auto& queue = queues_[*access.queue][access.stream];
  // Without a doorbell of its own (the driver used the shadow doorbell, or this row is no fetch)
  // order must do.
  if (!submit) item->depend_on(state.previous);
  item->depend_on(queue.last_submit);
  auto command = std::make_shared<Command>();
  command->fetch = command->last = item;
  command->submit = queue.last_submit;
  command->queue = *access.queue;
  if (command->submit) ++command->submit->open_commands;
  if (queue.open.size() == most_open) queue.open.pop_front();
  queue.open.push_back(command);
  state.current = command;
  last_fetch_ = item;
}

void Importer::complete(const ItemPtr& item, const Access& access, StreamState& state) {
  auto& queue = queues_[*access.queue][access.stream];
  auto completion = std::make_shared<Completion>();
  completion->entry_number = static_cast<std::uint32_t>(access.iova / 16 % completions_a_page);
  completion->entry = item;
  if (queue.open.empty()) {
    item->depend_on(state.oldest, state.previous);
  } else {
    completion->command = queue.open.front();
    queue.open.pop_front();
    completion->command->open = false;
    item->depend_on(completion->command->fetch, completion->command->last);
  }
  item->depend_on(queue.last_completion);
  queue.last_completion = item;
  if (queue.unhandled.size() == most_open) queue.unhandled.pop_front();
  queue.unhandled.push_back(completion);
  state.unannounced.push_back(std::move(completion));
  if (state.unannounced.size() > most_open) state.unannounced.erase(state.unannounced.begin());
}

void Importer::other_access(const ItemPtr& item, StreamState& state) {
  if (state.current && state.current->open) {
    item->depend_on(state.current->fetch);
    state.current->last = item;
    return;
  }
  item->depend_on(state.previous);
  if (state.last_submit && state.previous && state.last_submit->slot > state.previous->slot) {
    item->depend_on(state.last_submit);
  }
}

void Importer::done_by_device(const ItemPtr& item, Mapping& mapping, StreamState& state) {
  if (!mapping.first_use) mapping.first_use = item;
  mapping.last_use = item;
  if (state.current) mapping.queue = state.current->queue;
  if (!state.oldest) state.oldest = item;
  state.previous = item;
  last_access_ = item;
  if (!oldest_access_) oldest_access_ = item;
}

void Importer::add_event(const MsiRow& row) {
  auto& state = streams_[row.stream];
  auto& mapping =
      mappings_.use(row.stream, row.iova / page_bytes, row.pa / page_bytes, state.last_submit);
  if (!row.event) ++summary_.unknown_events;
  const auto& seen = survey_.streams.at(row.stream);
  const auto item = window_.append(0, Msi{row.stream, row.iova, row.event.value_or(0), !row.intid});
  ++summary_.represented;
  item->depend_on(mapping.map);
  item->depend_on(last_its_);
  order_msi(item, state);
  if (row.event) {
    last_msi_of_event_[{row.device.value_or(seen.device.value_or(row.stream)), *row.event}] = item;
  }
  state.last_msi = item;
  const auto queue = mapping.queue;
  done_by_device(item, mapping, state);
  mapping.queue = queue;
}

void Importer::order_msi(const ItemPtr& item, StreamState& state) {
  item->depend_on(state.previous);
  if (!state.unannounced.empty()) {
    for (const auto& completion : state.unannounced) {
      item->depend_on(completion->entry);
      completion->msi = item;
    }
    state.unannounced.clear();
    return;
  }
  // Another MSI of the same entries follows the one before. Otherwise the kinds are wrong: all that
  // was done before.
  if (state.previous && std::holds_alternative<Msi>(state.previous->record.operation)) return;
  item->depend_on(state.oldest, state.previous);
  state.oldest.reset();
  state.current.reset();
}

}  // namespace doorbell::trace
