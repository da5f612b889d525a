#include <algorithm>
#include <utility>

#include "traces/import/importer.h"

namespace doorbell::trace {
namespace {

constexpr std::uint32_t completions_a_page = 256;
/// How many rows a completion entry may stand before the doorbell of its handler, with several
/// drives.
constexpr std::uint64_t farthest = 4096;

/// Whether a head of `value` says that entry `entry` (modulo a page's entries) is the last one
/// handled.
bool is_last_handled(std::uint32_t value, std::uint32_t entry) {
  if (value == 0) return (entry & (entry + 1)) == 0;
  return (value - 1) % completions_a_page == entry;
}

/// Whether a command can change what interrupts already on their way become.
bool concerns_msis(ItsOpcode opcode) {
  switch (opcode) {
    case ItsOpcode::MAPD:
    case ItsOpcode::MAPTI:
    case ItsOpcode::MAPI:
    case ItsOpcode::MOVI:
    case ItsOpcode::CLEAR:
    case ItsOpcode::DISCARD:
      return true;
    default:
      return false;
  }
}

bool waits_for_dma(SmmuOpcode opcode) {
  return opcode != SmmuOpcode::CMD_SYNC && opcode != SmmuOpcode::CMD_PREFETCH_CONFIG;
}

bool has_asid(SmmuOpcode opcode) {
  return opcode == SmmuOpcode::CMD_TLBI_NH_ASID;
}

bool has_stream(SmmuOpcode opcode) {
  return opcode == SmmuOpcode::CMD_CFGI_STE || opcode == SmmuOpcode::CMD_CFGI_CD ||
         opcode == SmmuOpcode::CMD_CFGI_CD_ALL || opcode == SmmuOpcode::CMD_PREFETCH_CONFIG;
}

}  // namespace

void Importer::add_event(const DoorbellRow& row) {
  ++summary_.represented;
  if (row.completion) {
    handle(row);
  } else {
    submit(row);
  }
}

void Importer::submit(const DoorbellRow& row) {
  const auto item = window_.append(0, Submit{std::nullopt, row.queue, row.value});
  submits_.add(row.queue, item);
  // With one drive it is plain whose doorbell this is; which fetch it is for is still to be
  // matched.
  if (const auto stream = only_stream()) {
    std::get<Submit>(item->record.operation).stream = stream;
    item->record.cpu = mappings_.cpu_of(*stream, row.queue);
    streams_[*stream].last_submit = item;
  }
}

void Importer::attribute(const ItemPtr& submit, Stream stream, Queue& queue) {
  auto& operation = std::get<Submit>(submit->record.operation);
  operation.stream = stream;
  submit->record.cpu = mappings_.cpu_of(stream, operation.queue);
  queue.last_submit = submit;
  auto& last = streams_[stream].last_submit;
  if (!last || last->slot < submit->slot) last = submit;
}

Stream Importer::attribute_handle(const DoorbellRow& row, std::size_t& completions, bool& found) {
  Stream stream = 0;
  std::uint64_t oldest = ~0ULL;
  found = false;
  for (const auto& [id, queue] : queues_[row.queue]) {
    const auto& unhandled = queue.unhandled;
    for (std::size_t i = unhandled.size(); i-- > 0;) {
      const auto& each = *unhandled[i];
      if (each.entry->slot + farthest < window_.current() && !only_stream()) break;
      if (!is_last_handled(row.value, each.entry_number) || each.entry->slot >= oldest) continue;
      found = true;
      stream = id;
      oldest = each.entry->slot;
      completions = i + 1;
    }
  }
  if (const auto only = only_stream(); only && !found) {
    found = true;
    stream = *only;
    completions = queues_[row.queue][stream].unhandled.size();
  }
  return stream;
}

void Importer::handle(const DoorbellRow& row) {
  std::size_t completions = 0;
  bool found = false;
  const auto stream = attribute_handle(row, completions, found);
  if (!found) {
    const auto item = window_.append(0, Handle{std::nullopt, row.queue, row.value, 0});
    item->depend_on(last_access_);
    return;
  }
  Handle operation{stream, row.queue, row.value, 0};
  auto& unhandled = queues_[row.queue][stream].unhandled;
  const auto cpu = mappings_.cpu_of(stream, row.queue);
  const auto item = window_.append(cpu, operation);
  std::uint32_t closes = 0;
  for (std::size_t i = 0; i < completions; ++i) {
    const auto completion = std::move(unhandled.front());
    unhandled.pop_front();
    item->depend_on(completion->msi ? completion->msi : completion->entry);
    const auto& submit = completion->command ? completion->command->submit : nullptr;
    if (submit && submit->open_commands > 0 && --submit->open_commands == 0 && !submit->closed) {
      submit->closed = true;
      ++closes;
    }
  }
  std::get<Handle>(item->record.operation).closes = closes;
  mappings_.handled(stream, row.queue, item);
  handler_cpu_ = cpu;
}

void Importer::add_event(const CommandRow& row) {
  if (!last_fetch_ || last_fetch_ != last_access_) {
    ++summary_.unattributed_commands;
    ignore("a command whose fetch is not known");
    return;
  }
  std::string_view opcode = row.opcode;
  if (opcode.starts_with("NVME_")) opcode.remove_prefix(5);
  auto& fetched = std::get<Access>(last_fetch_->record.operation);
  for (const char letter : opcode)
    fetched.opcode += letter > ' ' && letter != '=' ? letter : '_';
  last_fetch_.reset();
  merge("the command's fetch");
}

ItemPtr Importer::append_smmu(std::uint32_t cpu, const SmmuCommand& command) {
  smmu_cpu_ = cpu;
  ++summary_.represented;
  return window_.append(cpu, command);
}

void Importer::add_event(const SmmuRow& row) {
  last_range_.reset();
  if (!row.opcode) {
    ignore("an SMMU command that is not replayed: " + row.name);
    return;
  }
  SmmuCommand command;
  command.opcode = *row.opcode;
  switch (command.opcode) {
    case SmmuOpcode::CMD_TLBI_NH_VA:
    case SmmuOpcode::CMD_TLBI_NH_VAA:
      pending_tlbi_ = PendingTlbi{window_.current(), command.opcode};
      return;
    case SmmuOpcode::CMD_SYNC:
      mappings_.synced(append_smmu(smmu_cpu_, command));
      return;
    default:
      break;
  }
  const auto stream = only_stream();
  if (stream && has_stream(command.opcode)) command.stream = stream;
  if (stream && has_asid(command.opcode)) command.asid = survey_.streams.at(*stream).asid;
  const auto item = append_smmu(0, command);
  if (waits_for_dma(command.opcode)) follow_all_dma(item);
}

void Importer::follow_all_dma(const ItemPtr& item) {
  item->depend_on(oldest_access_, last_access_);
  oldest_access_.reset();
}

void Importer::give_up_pending_tlbi() {
  // Nothing says what it covered: everything, then.
  pending_tlbi_.reset();
  smmu_cpu_ = 0;
  ++summary_.represented;
  const auto item = window_.insert_before(
      window_.current(), 0, SmmuCommand{SmmuOpcode::CMD_TLBI_NH_ALL, {}, {}, {}, 0, false});
  follow_all_dma(item);
}

void Importer::add_event(const TlbiRangeRow& row) {
  if (pending_tlbi_) {
    pending_tlbi_.reset();
    merge("the TLBI that its tlbi_range rows describe");
    invalidate(row);
  } else if (last_range_ && last_range_slot_ + 1 == window_.current() &&
             last_range_->asid == row.asid && last_range_->leaf == row.leaf &&
             last_range_->iova + last_range_->pages * page_bytes == row.iova) {
    // QEMU describes one range in pieces whose lengths are powers of two.
    merge("the TLBI that its tlbi_range rows describe");
    auto& command = std::get<SmmuCommand>(last_tlbi_->record.operation);
    command.pages += row.pages;
    for (const auto& [stream, seen] : survey_.streams) {
      if (row.asid && seen.recorded_asid == row.asid) {
        mappings_.unmap(stream, row.iova, row.pages, *last_tlbi_);
      } else if (!row.asid || !seen.recorded_asid) {
        mappings_.follow_uses(stream, row.iova, row.pages, *last_tlbi_);
      }
    }
  } else {
    invalidate(row);
  }
  last_range_ = row;
  last_range_slot_ = window_.current();
}

void Importer::invalidate(const TlbiRangeRow& row) {
  SmmuCommand command;
  command.opcode = SmmuOpcode::CMD_TLBI_NH_VAA;
  command.iova = row.iova;
  command.pages = row.pages;
  command.leaf = row.leaf;
  const auto targets = row.asid ? survey_.streams_of(*row.asid) : std::set<Stream>{};
  if (targets.size() == 1) {
    command.opcode = SmmuOpcode::CMD_TLBI_NH_VA;
    command.asid = survey_.streams.at(*targets.begin()).asid;
  }
  last_tlbi_ = append_smmu(handler_cpu_, command);
  for (const auto stream : targets) {
    const auto cpu = mappings_.unmap(stream, row.iova, row.pages, *last_tlbi_);
    if (cpu) smmu_cpu_ = last_tlbi_->record.cpu = *cpu;
  }
  for (const auto& [stream, seen] : survey_.streams) {
    if (!row.asid || !seen.recorded_asid) {
      mappings_.follow_uses(stream, row.iova, row.pages, *last_tlbi_);
    }
  }
}

void Importer::add_event(const ItsRow& row) {
  if (!row.command) {
    ignore("an ITS command that is not replayed: " + row.name);
    return;
  }
  auto command = *row.command;
  infer_its_operands(command);
  const auto item = window_.append(0, command);
  ++summary_.represented;
  if (concerns_msis(command.opcode)) follow_msis(item, command);
  remember_its(command);
  last_its_ = item;
}

void Importer::infer_its_operands(ItsCommand& command) const {
  // QEMU's log doesn't name the collection of an INVALL or the redistributor of a SYNC: those of
  // the command before.
  if (command.opcode == ItsOpcode::INVALL) command.collection = its_collection_;
  if (command.opcode == ItsOpcode::SYNC) command.target = its_target_;
}

void Importer::follow_msis(const ItemPtr& item, const ItsCommand& command) {
  const std::pair first{*command.device, command.event.value_or(0)};
  auto at = last_msi_of_event_.lower_bound(first);
  while (at != last_msi_of_event_.end() && at->first.first == *command.device &&
         (!command.event || at->first.second == *command.event)) {
    item->depend_on(at->second);
    at = command.opcode == ItsOpcode::MAPD ? last_msi_of_event_.erase(at) : std::next(at);
  }
}

void Importer::remember_its(const ItsCommand& command) {
  if (command.opcode == ItsOpcode::MAPC && command.target) {
    collection_target_[*command.collection] = *command.target;
  }
  if (command.target) its_target_ = command.target;
  auto collection = command.collection;
  if (command.device && command.event) {
    const std::pair event{*command.device, *command.event};
    if (collection) event_collection_[event] = *collection;
    const auto known = event_collection_.find(event);
    if (known != event_collection_.end()) collection = known->second;
    if (command.opcode == ItsOpcode::DISCARD) event_collection_.erase(event);
  }
  if (!collection) return;
  its_collection_ = collection;
  const auto target = collection_target_.find(*collection);
  if (target != collection_target_.end()) its_target_ = target->second;
}

}  // namespace doorbell::trace
