// MAPD, MAPC, MAPTI, MAPI, DISCARD (IHI 0069, 5.3).
#include <optional>

#include "doorbell/gic/its_commands.h"

namespace doorbell::gic {

using gic_message::Kind;
using gic_message::Request;

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

}  // namespace doorbell::gic
