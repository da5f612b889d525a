#include "doorbell/gic/its_commands.h"

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
  const ItsError error = co_await (this->*member_of(command.opcode))(command);
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

/// What each command of 5.3 does.
ItsCommands::Member ItsCommands::member_of(ItsOpcode opcode) {
  struct Row {
    ItsOpcode opcode;
    Member member;
  };
  static constexpr Row rows[] = {
      {ItsOpcode::MOVI, &ItsCommands::move_interrupt},
      {ItsOpcode::INT, &ItsCommands::raise},
      {ItsOpcode::CLEAR, &ItsCommands::clear},
      {ItsOpcode::SYNC, &ItsCommands::synchronize},
      {ItsOpcode::MAPD, &ItsCommands::map_device},
      {ItsOpcode::MAPC, &ItsCommands::map_collection},
      {ItsOpcode::MAPTI, &ItsCommands::map_interrupt},
      {ItsOpcode::MAPI, &ItsCommands::map_interrupt},
      {ItsOpcode::INV, &ItsCommands::invalidate_interrupt},
      {ItsOpcode::INVALL, &ItsCommands::invalidate_collection},
      {ItsOpcode::MOVALL, &ItsCommands::move_all},
      {ItsOpcode::DISCARD, &ItsCommands::discard},
  };
  for (const Row& row : rows) {
    if (row.opcode == opcode) return row.member;
  }
  return &ItsCommands::refuse;
}

Task<ItsError> ItsCommands::refuse(ItsCommand) {
  co_return ItsError::COMMAND_UNKNOWN;
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
