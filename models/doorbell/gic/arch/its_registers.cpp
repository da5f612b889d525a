#include "doorbell/gic/arch/its_registers.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/its_command.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t Stalled = 1;
constexpr std::uint64_t Retry = 1;
constexpr std::uint64_t offset_mask = 0xFFFE0;  // CWRITER, CREADR: Offset[19:5]

constexpr std::uint64_t type_device = 1;
constexpr std::uint64_t type_collection = 4;

/// GITS_BASERn.Type[58:56] and Entry_Size[52:48], both read-only (12.19.1).
constexpr std::uint64_t fixed_BASER(std::uint64_t type, unsigned entry_bytes) {
  return type << 56 | std::uint64_t{entry_bytes - 1} << 48;
}

/// GITS_BASERn.Page_Size[9:8]: 4, 16 or 64 KiB; the reserved value is 64 KiB.
constexpr std::uint64_t page_bytes(std::uint64_t BASER) {
  switch (bits(BASER, 9, 8)) {
    case 0:
      return 4096;
    case 1:
      return 16384;
    default:
      return 65536;
  }
}

/// Physical_Address[47:12]; with 64 KiB pages bits [15:12] are address bits [51:48] (12.19.1).
constexpr std::uint64_t base_address(std::uint64_t BASER) {
  if (page_bytes(BASER) != 65536) return bits(BASER, 47, 12) << 12;
  return bits(BASER, 15, 12) << 48 | bits(BASER, 47, 16) << 16;
}

}  // namespace

ItsRegisters::ItsRegisters(const ItsLimits& limits, unsigned collection_entry_bytes)
    : limits_(limits),
      bank_(GITS_registers()),
      CTLR_(bank_.handle("GITS_CTLR")),
      CBASER_(bank_.handle("GITS_CBASER")),
      CWRITER_(bank_.handle("GITS_CWRITER")),
      CREADR_(bank_.handle("GITS_CREADR")),
      BASER_(bank_.handle("GITS_BASER<n>")) {
  // 12.19.12: Devbits[17:13], ID_bits[12:8], ITT_entry_size[7:4], Physical[0]. PTA, HCC, CIL,
  // Virtual are 0.
  bank_.set("GITS_TYPER", std::uint64_t{limits.device_bits - 1} << 13 |
                              std::uint64_t{limits.event_bits - 1} << 8 |
                              std::uint64_t{limits.itt_entry_bytes - 1} << 4 | 1);
  CTLR_.set(0);
  BASER_.set(fixed_BASER(type_device, DeviceEntry::bytes), 0);
  BASER_.set(fixed_BASER(type_collection, collection_entry_bytes), 1);
  hook_control();
  hook_queue();
  hook_tables();
}

void ItsRegisters::hook_control() {
  bank_.on_read("GITS_CTLR", [this](const RegisterRead& read) {
    const bool quiescent = !enabled() && !busy_;
    return (read.value & 1) | std::uint64_t{quiescent} << 31;
  });
  bank_.on_write("GITS_CTLR", [this](const RegisterWrite& write) {
    CTLR_.set(write.value & 1);
    const bool was = (write.old & 1) != 0;
    if (was == enabled()) return;
    if (enable_) enable_(enabled());
    look_for_command();
  });
}

void ItsRegisters::hook_queue() {
  // Changing CBASER or a BASER of an enabled ITS is UNPREDICTABLE (12.19.1, 12.19.2): ignored.
  bank_.on_write("GITS_CBASER", [this](const RegisterWrite& write) {
    if (enabled()) {
      CBASER_.set(write.old);
    } else {
      CREADR_.set(0);  // 12.19.2: a write resets CREADR
    }
  });
  bank_.on_write("GITS_CWRITER", [this](const RegisterWrite& write) {
    if ((write.written & Retry) != 0) CREADR_.set(CREADR_.get() & ~Stalled);
    CWRITER_.set(write.value & offset_mask);
    look_for_command();
  });
}

void ItsRegisters::hook_tables() {
  bank_.on_write("GITS_BASER<n>", [this](const RegisterWrite& write) {
    const std::uint64_t type = bits(write.old, 58, 56);
    // Unimplemented ones are RES0. Indirect[62] stays 0: tables are flat.
    if (type == 0 || enabled()) {
      BASER_.set(write.old, write.index);
      return;
    }
    constexpr std::uint64_t fixed = 0x071FULL << 48;
    BASER_.set((write.value & ~fixed & ~(1ULL << 62)) | (write.old & fixed), write.index);
    if (tables_) tables_();
  });
}

void ItsRegisters::look_for_command() const {
  if (has_command() && command_) command_();
}

bool ItsRegisters::enabled() const {
  return (CTLR_.get() & 1) != 0;
}

ItsTable ItsRegisters::table(unsigned index) const {
  const std::uint64_t BASER = BASER_.get(index);
  ItsTable table;
  table.valid = bits(BASER, 63, 63) != 0;
  table.base = base_address(BASER);
  table.bytes = (bits(BASER, 7, 0) + 1) * page_bytes(BASER);
  table.entry_bytes = static_cast<unsigned>(bits(BASER, 52, 48)) + 1;
  return table;
}

std::uint64_t ItsRegisters::queue_bytes() const {
  return (bits(CBASER_.get(), 7, 0) + 1) * 4096;
}

bool ItsRegisters::has_command() const {
  // An offset beyond the queue's end never matches CREADR and is a programming error: nothing is
  // processed.
  const bool in_range = CWRITER_.get() < queue_bytes();
  return enabled() && bits(CBASER_.get(), 63, 63) != 0 && !stalled() && in_range &&
         CREADR_.get() != CWRITER_.get();
}

std::uint64_t ItsRegisters::command_address() const {
  return (bits(CBASER_.get(), 51, 12) << 12) + (CREADR_.get() & offset_mask);
}

void ItsRegisters::advance() {
  CREADR_.set((CREADR_.get() + its_command_bytes) % queue_bytes());
}

void ItsRegisters::stall() {
  CREADR_.set(CREADR_.get() | Stalled);
}

bool ItsRegisters::stalled() const {
  return (CREADR_.get() & Stalled) != 0;
}

std::uint64_t ItsRegisters::commands_waiting() const {
  const std::uint64_t read = CREADR_.get() & offset_mask;
  const std::uint64_t bytes = queue_bytes();
  return (CWRITER_.get() + bytes - read) % bytes / its_command_bytes;
}

}  // namespace doorbell::gic
