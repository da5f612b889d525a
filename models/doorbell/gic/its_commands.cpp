#include "doorbell/gic/its_commands.h"

#include <algorithm>
#include <optional>

namespace doorbell::gic {

using gic_message::Kind;
using gic_message::Request;

ItsCommands::ItsCommands(Scheduler& scheduler, const Clock& clock, const ItsParameters& parameters,
                         LpiCacheScope lpi_caches, ItsRegisters& registers,
                         ItsTranslator& translator, TablePort& port, RedistributorLinks& links,
                         Barrier& translations, ItsStatistics& statistics)
    : scheduler_(scheduler),
      clock_(clock),
      parameters_(parameters),
      registers_(registers),
      translator_(translator),
      port_(port),
      links_(links),
      translations_(translations),
      statistics_(statistics),
      work_(scheduler),
      answered_(scheduler),
      lpi_caches_(lpi_caches),
      invalidated_(translator.support().processors, false) {}

Task<void> ItsCommands::run() {
  for (;;) {
    while (!registers_.has_command())
      co_await work_.wait();
    busy_ = true;
    co_await process_next();
    busy_ = false;
  }
}

Task<void> ItsCommands::process_next() {
  const Time began = scheduler_.now();
  std::array<std::uint8_t, its_command_bytes> bytes{};
  const bool ok = co_await port_.read(registers_.command_address(), bytes, "command");
  if (!ok) {
    // A queue that can't be read leaves nothing to go on with.
    statistics_.command_errors(ItsError::MEMORY_FAULT).add();
    registers_.stall();
    co_return;
  }
  ItsCommandWords words{};
  for (unsigned i = 0; i < words.size(); ++i) {
    words[i] = load_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8));
  }
  const ItsCommand command = decode(words);
  co_await clock_.cycles(parameters_.command_cycles);
  const ItsError error = co_await execute(command);
  statistics_.commands.add();
  statistics_.commands_of(command.opcode).add();
  const Time took = scheduler_.now() - began;
  statistics_.command_latency.record(took);
  if (command.opcode == ItsOpcode::SYNC) statistics_.sync_latency.record(took);
  if (error != ItsError::none) {
    statistics_.command_errors(error).add();
    if (parameters_.stall_on_command_error) {
      registers_.stall();
      co_return;
    }
  }
  registers_.advance();
}

Task<ItsError> ItsCommands::execute(ItsCommand command) {
  switch (command.opcode) {
    case ItsOpcode::MAPD:
      return map_device(command);
    case ItsOpcode::MAPC:
      return map_collection(command);
    case ItsOpcode::MAPTI:
    case ItsOpcode::MAPI:
      return map_interrupt(command);
    case ItsOpcode::MOVI:
      return move_interrupt(command);
    case ItsOpcode::DISCARD:
      return discard(command);
    case ItsOpcode::INT:
      return tell(command, Kind::set_lpi);
    case ItsOpcode::CLEAR:
      return tell(command, Kind::clear_lpi);
    case ItsOpcode::INV:
      return invalidate_interrupt(command);
    case ItsOpcode::INVALL:
      return invalidate_collection(command);
    case ItsOpcode::SYNC:
      return synchronize(command);
    case ItsOpcode::MOVALL:
      return move_all(command);
  }
  return refuse(ItsError::COMMAND_UNKNOWN);
}

Task<ItsError> ItsCommands::refuse(ItsError error) {
  co_return error;
}

Task<ItsError> ItsCommands::map_device(ItsCommand command) {
  const ItsSupport& support = translator_.support();
  ItsError error = check_DeviceID(support, registers_.devices(), command.DeviceID);
  if (error == ItsError::none && command.V) error = check_MAPD(support, command.Size);
  if (error != ItsError::none) co_return error;
  DeviceEntry entry;
  if (command.V) entry = {true, command.ITT_addr, command.Size};
  error = co_await translator_.write_device(command.DeviceID, entry);
  // Software may free the old ITT as soon as CREADR has passed: nothing may still be reading it.
  co_await translations_.wait();
  co_return error;
}

Task<ItsError> ItsCommands::map_collection(ItsCommand command) {
  const ItsSupport& support = translator_.support();
  ItsError error = check_ICID(support, registers_.collections(), command.ICID);
  const std::optional<std::uint32_t> target = support.target(command.RDbase);
  if (error == ItsError::none && command.V && !target) error = ItsError::SIZE_OOR;
  if (error != ItsError::none) co_return error;
  CollectionEntry entry;
  if (command.V) entry = {true, *target};
  error = co_await translator_.write_collection(command.ICID, entry);
  co_return error;
}

Task<ItsError> ItsCommands::map_interrupt(ItsCommand command) {
  const ItsSupport& support = translator_.support();
  const auto device = co_await translator_.device(command.DeviceID);
  if (device.error != ItsError::none) co_return device.error;
  ItsError error = check_EventID(device.entry, command.EventID);
  if (error == ItsError::none) error = check_pINTID(support, command.pINTID);
  if (error == ItsError::none) error = check_ICID(support, registers_.collections(), command.ICID);
  if (error != ItsError::none) co_return error;
  const InterruptEntry entry{true, command.pINTID, command.ICID};
  error = co_await translator_.write_interrupt(
      command.DeviceID, command.EventID,
      device.entry.ite_address(command.EventID, support.itt_entry_bytes), entry);
  co_return error;
}

Task<ItsError> ItsCommands::move_interrupt(ItsCommand command) {
  const Target from = co_await target_of(command.DeviceID, command.EventID);
  if (from.error != ItsError::none) co_return from.error;
  const auto to = co_await translator_.collection(command.ICID);
  if (to.error != ItsError::none) co_return to.error;
  const InterruptEntry entry{true, from.INTID, command.ICID};
  const ItsError error = co_await write_interrupt(command, entry);
  if (error != ItsError::none) co_return error;
  // MSIs that were translated by the old entry reach the old redistributor ahead of the question.
  co_await translations_.wait();
  const auto new_processor = static_cast<std::uint32_t>(to.entry.RDbase);
  if (new_processor == from.processor) co_return ItsError::none;
  const Request question{.kind = Kind::move_lpi, .intid = from.INTID};
  const gic_message::Acknowledge answer = co_await ask(from.processor, question);
  if (answer.was_pending) {
    const Request moved{
        .kind = Kind::set_lpi, .intid = from.INTID, .moved = true, .journey = answer.journey};
    co_await links_.send(new_processor, moved);
  }
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::discard(ItsCommand command) {
  const Target target = co_await target_of(command.DeviceID, command.EventID);
  // An event of an unmapped collection can be discarded: it is pending nowhere.
  const bool unreachable = target.error == ItsError::UNMAPPED_COLLECTION;
  if (target.error != ItsError::none && !unreachable) co_return target.error;
  const InterruptEntry invalid{};
  const ItsError error = co_await write_interrupt(command, invalid);
  if (error != ItsError::none) co_return error;
  co_await translations_.wait();
  if (!unreachable) {
    const Request clear{.kind = Kind::clear_lpi, .intid = target.INTID, .by_command = true};
    co_await links_.send(target.processor, clear);
  }
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::tell(ItsCommand command, Kind kind) {
  const Target target = co_await target_of(command.DeviceID, command.EventID);
  if (target.error != ItsError::none) co_return target.error;
  if (kind == Kind::clear_lpi) co_await translations_.wait();
  if (kind == Kind::set_lpi) statistics_.sent_by_INT.add();
  const Request request{.kind = kind, .intid = target.INTID, .by_command = true};
  co_await links_.send(target.processor, request);
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::invalidate_interrupt(ItsCommand command) {
  const Target target = co_await target_of(command.DeviceID, command.EventID);
  if (target.error != ItsError::none) co_return target.error;
  const Request request{.kind = Kind::invalidate_lpi, .intid = target.INTID, .by_command = true};
  co_await invalidate(target.processor, request);
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::invalidate_collection(ItsCommand command) {
  const auto collection = co_await translator_.collection(command.ICID);
  if (collection.error != ItsError::none) co_return collection.error;
  const Request request{.kind = Kind::invalidate_all_lpis, .by_command = true};
  co_await invalidate(static_cast<std::uint32_t>(collection.entry.RDbase), request);
  co_return ItsError::none;
}

Task<void> ItsCommands::invalidate(std::uint32_t target, Request request) {
  if (lpi_caches_ == LpiCacheScope::chip) {
    co_await links_.send(target, request);
    co_return;
  }
  for (std::uint32_t processor = 0; processor < invalidated_.size(); ++processor) {
    co_await links_.send(processor, request);
    invalidated_[processor] = true;
  }
}

Task<ItsError> ItsCommands::synchronize(ItsCommand command) {
  const std::optional<std::uint32_t> target = translator_.support().target(command.RDbase);
  if (!target) co_return ItsError::RDBASE_OOR;
  co_await translations_.wait();
  // An invalidation is over when it is at every redistributor that got it, whichever the command
  // names.
  invalidated_[*target] = true;
  const auto asked =
      static_cast<std::uint32_t>(std::count(invalidated_.begin(), invalidated_.end(), true));
  awaited_ += asked;
  for (std::uint32_t processor = 0; processor < invalidated_.size(); ++processor) {
    if (!invalidated_[processor]) continue;
    invalidated_[processor] = false;
    const Request request{.kind = Kind::sync, .token = ++token_, .by_command = true};
    co_await links_.send(processor, request);
  }
  while (awaited_ != 0)
    co_await answered_.wait();
  co_return ItsError::none;
}

Task<ItsError> ItsCommands::move_all(ItsCommand command) {
  const std::optional<std::uint32_t> from = translator_.support().target(command.RDbase);
  const std::optional<std::uint32_t> to = translator_.support().target(command.RDbase2);
  if (!from || !to) co_return ItsError::RDBASE_OOR;
  if (*from == *to) co_return ItsError::none;
  co_await translations_.wait();
  // One pending LPI at a time leaves the one redistributor and enters the other.
  for (bool begins = true;; begins = false) {
    const Request question{.kind = Kind::move_all, .by_command = true, .begins = begins};
    const gic_message::Acknowledge answer = co_await ask(*from, question);
    if (!answer.was_pending) co_return ItsError::none;
    const Request moved{
        .kind = Kind::set_lpi, .intid = answer.intid, .moved = true, .journey = answer.journey};
    co_await links_.send(*to, moved);
  }
}

Task<ItsCommands::Target> ItsCommands::target_of(std::uint32_t DeviceID, std::uint32_t EventID) {
  const auto interrupt = co_await translator_.interrupt(DeviceID, EventID);
  if (interrupt.error != ItsError::none) co_return Target{interrupt.error};
  const auto collection = co_await translator_.collection(interrupt.entry.ICID);
  co_return Target{collection.error, interrupt.entry.INTID,
                   static_cast<std::uint32_t>(collection.entry.RDbase)};
}

Task<ItsError> ItsCommands::write_interrupt(ItsCommand command, InterruptEntry entry) {
  const auto device = co_await translator_.device(command.DeviceID);
  if (device.error != ItsError::none) co_return device.error;
  const std::uint64_t address =
      device.entry.ite_address(command.EventID, translator_.support().itt_entry_bytes);
  const ItsError error =
      co_await translator_.write_interrupt(command.DeviceID, command.EventID, address, entry);
  co_return error;
}

Task<gic_message::Acknowledge> ItsCommands::ask(std::uint32_t processor, Request request) {
  request.token = ++token_;
  ++awaited_;
  co_await links_.send(processor, request);
  while (awaited_ != 0)
    co_await answered_.wait();
  co_return answer_;
}

void ItsCommands::acknowledged(const gic_message::Acknowledge& acknowledge) {
  answer_ = acknowledge;
  --awaited_;
  answered_.notify_all();
}

}  // namespace doorbell::gic
