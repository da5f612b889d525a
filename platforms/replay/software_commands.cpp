#include <algorithm>
#include <utility>

#include "platforms/replay/software.h"

namespace doorbell::replay {

using trace::ItsOpcode;
using trace::SmmuOpcode;

namespace {

/// CMD_PREFETCH_CONFIG (IHI 0070, 4.2.1): opcode 0x01, StreamID in bits [63:32].
smmu_command prefetch(std::uint32_t stream_id) {
  smmu_command command{};
  command.words[0] = 0x01 | std::uint64_t{stream_id} << 32;
  return command;
}

}  // namespace

void Software::add_invalidations(const trace::SmmuCommand& command, smmu_batch& batch) const {
  const bool one = command.opcode == SmmuOpcode::CMD_TLBI_NH_VA && command.asid;
  for (const auto& [stream, binding] : bindings_) {
    if (one && *command.asid != binding.info.asid) continue;
    smmu_range range =
        smmu_domain_range(&binding.device.domain, *command.iova, command.pages * trace::page_bytes);
    range.leaf = command.leaf;
    range.level = command.block ? LEVEL_BLOCK : LEVEL_PAGE;
    smmu_batch_add_range(&batch, &range);
  }
}

bool Software::finish(smmu_batch& batch) {
  const auto result = smmu_batch_finish(&batch);
  smmu_batch_start(&batch, &machine_.smmu);
  return result == STATUS_OK;
}

/// Invalidations by address wait for their CMD_SYNC in one batch, as Linux issues them; the rest
/// brings a SYNC of its own.
bool Software::operate(const trace::SmmuCommand& command, smmu_batch& batch) {
  if (place_.bypass) return true;
  switch (command.opcode) {
    case SmmuOpcode::CMD_SYNC:
      return finish(batch);
    case SmmuOpcode::CMD_TLBI_NH_VA:
    case SmmuOpcode::CMD_TLBI_NH_VAA:
      add_invalidations(command, batch);
      return true;
    case SmmuOpcode::CMD_CFGI_STE_RANGE:
    case SmmuOpcode::CMD_TLBI_NH_ALL:
    case SmmuOpcode::CMD_TLBI_NSNH_ALL:
      return operate_on_all_streams(command);
    default:
      break;
  }
  status result = STATUS_OK;
  for (const auto& [stream, binding] : bindings_) {
    if (command.stream && *command.stream != stream) continue;
    if (command.asid && *command.asid != binding.info.asid) continue;
    const auto one = operate_on_stream(command.opcode, binding);
    if (result == STATUS_OK) result = one;
  }
  return result == STATUS_OK;
}

status Software::operate_on_stream(SmmuOpcode opcode, const Binding& binding) {
  const auto id = binding.stream_id;
  switch (opcode) {
    case SmmuOpcode::CMD_CFGI_STE:
      return smmu_invalidate_stream(&machine_.smmu, id, true);
    case SmmuOpcode::CMD_TLBI_NH_ASID:
      return smmu_invalidate_domain(&machine_.smmu, &binding.device.domain);
    case SmmuOpcode::CMD_PREFETCH_CONFIG:
      return smmu_post(&machine_.smmu, prefetch(id));
    default:
      return smmu_invalidate_context(&machine_.smmu, id, true);
  }
}

/// What the recorded driver asked of the whole SMMU when it was probed is the first copy's to ask;
/// the others ask it for what is theirs, and leave their neighbours' entries alone.
bool Software::operate_on_all_streams(const trace::SmmuCommand& command) {
  const bool configuration = command.opcode == SmmuOpcode::CMD_CFGI_STE_RANGE;
  if (place_.copy == 0) {
    return (configuration ? smmu_invalidate_all_streams(&machine_.smmu)
                          : smmu_invalidate_all(&machine_.smmu)) == STATUS_OK;
  }
  status result = STATUS_OK;
  for (const auto& [stream, binding] : bindings_) {
    const auto one = operate_on_stream(
        configuration ? SmmuOpcode::CMD_CFGI_STE : SmmuOpcode::CMD_TLBI_NH_ASID, binding);
    if (result == STATUS_OK) result = one;
  }
  return result == STATUS_OK;
}

/// Each driver call closes its commands with the SYNC they need, so the recorded SYNCs are done
/// with what they follow.
bool Software::operate(const trace::ItsCommand& command) {
  if (command.opcode == ItsOpcode::SYNC) return true;
  if (!has_its()) return operate_elsewhere(command);
  if (!command.device) return operate_on_collection(command);
  auto* binding = binding_of_device(*command.device);
  return binding == nullptr ? skip() : operate_on_device(command, *binding);
}

/// Collections belong to the machine, whose set-up has mapped them; only the first copy does it
/// again.
bool Software::operate_on_collection(const trace::ItsCommand& command) {
  if (place_.copy > 0) return true;
  bool known = false;
  bool well = true;
  for (unsigned i = 0; i < firmware_.platform().gic().its_count(); ++i) {
    const auto done = operate_on_collection(command, *machine_its(&machine_, i));
    known = known || done.has_value();
    well = well && done.value_or(true);
  }
  return known ? well : skip();
}

std::optional<bool> Software::operate_on_collection(const trace::ItsCommand& command, its& its) {
  const unsigned processors = firmware_.platform().processor_count();
  if (command.opcode == ItsOpcode::MAPC && command.valid.value_or(false) && command.collection &&
      *command.collection < ITS_COLLECTIONS) {
    const auto& redistributor = machine_.redistributors[command.target.value_or(0) % processors];
    return its_map_collection(&its, *command.collection, &redistributor) == STATUS_OK;
  }
  if (command.opcode != ItsOpcode::INVALL) return std::nullopt;
  bool well = true;
  for (unsigned i = 0; i < processors; ++i) {
    if (command.collection && *command.collection != i) continue;
    well = its_invalidate_collection(&its, i) == STATUS_OK && well;
  }
  return well;
}

bool Software::operate_on_device(const trace::ItsCommand& command, Binding& binding) {
  auto* its = binding.device.msi.its;
  const auto id = binding.device_id;
  if (command.opcode == ItsOpcode::MAPD) {
    for (auto& event : binding.events)
      event.open = false;
    binding.mapped = command.valid.value_or(false);
    if (!binding.mapped) return its_unmap_device(its, id) == STATUS_OK;
    return its_map_device(its, id, 1u << std::min(command.bits.value_or(1), 16u)) == STATUS_OK;
  }
  const auto number = command.event.value_or(0);
  if (number >= binding.events.size()) return skip();
  return operate_on_event(command, binding, binding.events[number]);
}

bool Software::operate_on_event(const trace::ItsCommand& command, Binding& binding, Event& event) {
  auto* its = binding.device.msi.its;
  const auto id = binding.device_id;
  const auto number = *command.event;
  if (command.opcode == ItsOpcode::MAPTI || command.opcode == ItsOpcode::MAPI) {
    return map_event(command, binding, event);
  }
  if (!event.open) return skip();
  switch (command.opcode) {
    case ItsOpcode::MOVI: {
      const auto to = processor(command.collection.value_or(0));
      const auto from = std::exchange(event.collection, to);
      return its_move_event(its, id, number, from, to) == STATUS_OK;
    }
    case ItsOpcode::DISCARD:
      event.open = false;
      lpi_set_enabled(&machine_.lpis, binding.device.msi.vectors[number].intid, false);
      return its_discard_event(its, id, number, event.collection) == STATUS_OK;
    case ItsOpcode::INV:
      return its_invalidate_event(its, id, number, event.collection) == STATUS_OK;
    case ItsOpcode::INT:
      return its_raise_event(its, id, number, event.collection) == STATUS_OK;
    case ItsOpcode::CLEAR:
      return its_clear_event(its, id, number, event.collection) == STATUS_OK;
    default:
      return skip();
  }
}

bool Software::map_event(const trace::ItsCommand& command, Binding& binding, Event& event) {
  auto& msi = binding.device.msi;
  auto& vector = msi.vectors[*command.event];
  event.collection = processor(command.collection.value_or(0));
  event.open = true;
  vector.processor = event.collection;
  // INTIDs are given out afresh. The property is set before the LPI can be looked up for the first
  // time.
  lpi_set_enabled(&machine_.lpis, vector.intid, true);
  return its_map_event(msi.its, msi.device_id, *command.event, vector.intid, event.collection) ==
             STATUS_OK &&
         its_invalidate_event(msi.its, msi.device_id, *command.event, event.collection) ==
             STATUS_OK;
}

bool Software::open_event(trace::Stream stream, std::uint32_t number) {
  auto& binding = bindings_.at(stream);
  auto& event = binding.events.at(number);
  if (event.open) return true;
  if (!has_its()) return open_vector(binding, number, processor(number));
  if (!std::exchange(binding.mapped, true) &&
      its_map_device(binding.device.msi.its, binding.device_id, binding.info.events) != STATUS_OK) {
    return false;
  }
  trace::ItsCommand command;
  command.opcode = ItsOpcode::MAPTI;
  command.event = number;
  command.collection = number;
  return map_event(command, binding, event);
}

}  // namespace doorbell::replay
