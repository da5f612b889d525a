// The GIC's decisions about bytes that software chooses: commands and tables of an ITS, registers
// of ITS and distributor.
#include "tests/fuzz/gic.h"

#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/its_command.h"
#include "doorbell/gic/arch/its_registers.h"
#include "doorbell/gic/arch/its_tables.h"
#include "tests/fuzz/input.h"

namespace doorbell::fuzz {
namespace {

gic::ItsSupport support_of(Input& input) {
  gic::ItsSupport support;
  const std::uint64_t bits = input.take(4);
  constexpr unsigned entry_bytes[] = {8, 16};
  constexpr unsigned collection_bytes[] = {2, 4, 8, 16};
  support.device_bits = 1 + static_cast<unsigned>(bits & 31);
  support.event_bits = 1 + static_cast<unsigned>(bits >> 5 & 15);
  support.device_entry_bytes = entry_bytes[bits >> 10 & 1];
  support.collection_entry_bytes = collection_bytes[bits >> 11 & 3];
  support.two_levels = (bits >> 13 & 1) == 0;
  support.page_sizes = static_cast<gic::ItsPageSizes>(bits >> 14 & 3);
  support.shareability = static_cast<gic::ItsShareability>(bits >> 16 & 3);
  support.collections_inside = static_cast<unsigned>(bits >> 18 & 15);
  support.cumulative_collections = (bits >> 22 & 1) != 0;
  support.reports_unmapped = (bits >> 23 & 1) != 0;
  support.processors = 1 + static_cast<unsigned>(bits >> 24 & 7);
  return support;
}

/// An access of a frame, of any kind.
void access(RegisterBank& bank, Input& input, std::uint64_t offsets) {
  const std::uint8_t choice = input.byte();
  const std::uint64_t offset = input.take(2) & offsets;
  const unsigned size = 1u << (choice & 3);
  std::uint64_t data = 0;
  if ((choice & 4) != 0) {
    bank.write(offset, size, input.doubleword());
  } else if (bank.read(offset, size, data) == RegisterResult::ok) {
    require(size == 8 || data >> (8 * size) == 0, "no more is read than asked for");
  }
}

}  // namespace

void run_its_command(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const gic::ItsSupport support = support_of(input);
  gic::ItsCommandWords words{};
  for (std::uint64_t& word : words)
    word = input.doubleword();
  const gic::ItsCommand command = gic::decode(words);
  require(gic::decode(gic::encode(command)) == command || !gic::is_known(command.opcode),
          "an encoded command is the same one");
  gic::check_pINTID(support, command.pINTID);
  gic::check_MAPD(support, command.Size);
  const auto target = support.target(command.RDbase);
  require(!target || *target < support.processors, "a target is a processor");
}

void run_its_tables(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const gic::ItsSupport support = support_of(input);
  gic::ItsEntryBytes entry{};
  for (std::uint8_t& byte : entry)
    byte = input.byte();
  const gic::DeviceEntry device = gic::decode_device_entry(entry);
  require(gic::decode_device_entry(gic::encode(device)) == device, "a device entry keeps its say");
  gic::check_EventID(device, static_cast<std::uint32_t>(input.take(4)));
  for (const unsigned size : {4u, 8u, 12u, 16u}) {
    const gic::InterruptEntry interrupt = gic::decode_interrupt_entry(entry, size);
    require(gic::decode_interrupt_entry(gic::encode(interrupt, size), size) == interrupt,
            "an interrupt entry keeps its say");
  }
  for (const unsigned size : {2u, 4u, 8u, 16u}) {
    const gic::CollectionEntry collection = gic::decode_collection_entry(entry, size);
    require(gic::decode_collection_entry(gic::encode(collection, size), size) == collection,
            "a collection entry keeps its say");
  }
  const std::uint64_t reset =
      gic::reset_BASER(support, gic::type_device, support.device_entry_bytes);
  const std::uint64_t kept = gic::kept_BASER(support, reset, input.doubleword());
  const gic::ItsTable table = gic::table_of(kept);
  const auto index = static_cast<std::uint32_t>(input.take(4));
  require(!table.indirect || support.two_levels, "two levels are offered");
  if (const auto address = table.address(index); address && !table.indirect) {
    require(*address >= table.base && *address < table.base + table.bytes, "it is in its table");
  }
  table.address_in(input.doubleword(), index);
  gic::check_DeviceID(support, table, index);
  gic::place_of(support, table, static_cast<std::uint16_t>(index));
}

void run_its_registers(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  gic::ItsRegisters its(support_of(input));
  while (!input.empty()) {
    access(its.registers(), input, 0x1ff);
    const std::uint8_t step = input.byte();
    its.set_busy((step & 1) != 0);
    if (its.has_command()) {
      its.command_address();
      (step & 2) != 0 ? its.advance() : its.stall();
    }
    if ((step & 4) != 0) its.report_unmapped(step, step, gic::ItsError::none);
    its.commands_waiting();
    its.devices().entries();
    its.collections().entries();
  }
}

void run_distributor(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const std::uint8_t choice = input.byte();
  gic::DistributorConfiguration configuration;
  configuration.spis = 64;
  configuration.extended_spis = (choice & 1) != 0 ? 32 : 0;
  configuration.message_spis = (choice & 2) != 0;
  configuration.one_of_n = (choice & 4) != 0 ? gic::OneOfN::round_robin : gic::OneOfN::none;
  configuration.processors.resize(2);
  configuration.processors[1].packed = 1;
  gic::DistributorState distributor(configuration);
  while (!input.empty()) {
    access(distributor.registers(), input, 0xffff);
    const std::uint8_t step = input.byte();
    const std::uint32_t INTID = 32 + input.byte() % 64;
    if ((step & 1) != 0) distributor.set_line(INTID, (step & 2) != 0);
    if ((step & 4) != 0) distributor.set_by_message(INTID);
    if ((step & 8) != 0) distributor.set_takes_part(step & 1, (step & 16) != 0);
    for (unsigned processor = 0; processor < 2; ++processor) {
      const gic::PendingInterrupt highest = distributor.highest_for(processor);
      if (!highest.valid()) continue;
      require(distributor.deliverable(highest.INTID, processor), "the highest can be delivered");
      if ((step & 32) != 0) distributor.acknowledge(highest.INTID);
      if ((step & 64) != 0) distributor.deactivate(highest.INTID);
    }
  }
}

}  // namespace doorbell::fuzz
