#include "doorbell/gic/arch/its_registers.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/its_command.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t Stalled = 1;
constexpr std::uint64_t Retry = 1;
constexpr std::uint64_t offset_mask = 0xFFFE0;  // CWRITER, CREADR: Offset[19:5]

// GITS_STATUSR (DDI 0601); all are cleared by writing 1.
constexpr std::uint64_t RRD = 1 << 0, WRD = 1 << 1, RWOD = 1 << 2, WROD = 1 << 3, UMSI = 1 << 4,
                        Overflow = 1 << 5;
constexpr std::uint64_t cleared_by_one = 0x3F;

/// GITS_STATUSR.Syndrome[9:6] of an unmapped MSI.
std::uint64_t syndrome_of(ItsError error) {
  switch (error) {
    case ItsError::DEVICE_OOR:
      return 2;
    case ItsError::UNMAPPED_DEVICE:
      return 3;
    case ItsError::ID_OOR:
      return 4;
    case ItsError::UNMAPPED_INTERRUPT:
      return 5;
    case ItsError::UNMAPPED_COLLECTION:
      return 7;
    default:
      return 0;
  }
}

}  // namespace

ItsRegisters::ItsRegisters(const ItsSupport& support)
    : support_(support),
      bank_(GITS_registers()),
      CTLR_(bank_.handle("GITS_CTLR")),
      STATUSR_(bank_.handle("GITS_STATUSR")),
      UMSIR_(bank_.handle("GITS_UMSIR")),
      CBASER_(bank_.handle("GITS_CBASER")),
      CWRITER_(bank_.handle("GITS_CWRITER")),
      CREADR_(bank_.handle("GITS_CREADR")),
      BASER_(bank_.handle("GITS_BASER<n>")) {
  bank_.set("GITS_TYPER", support.type_register());
  CTLR_.set(0);
  BASER_.set(reset_BASER(support, type_device, support.device_entry_bytes), 0);
  if (support.collection_table)
    BASER_.set(reset_BASER(support, type_collection, support.collection_entry_bytes), 1);
  hook_control();
  hook_status();
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

void ItsRegisters::hook_status() {
  bank_.on_write("GITS_STATUSR", [this](const RegisterWrite& write) {
    std::uint64_t STATUSR = write.old & ~(write.written & cleared_by_one);
    // Without an unmapped MSI there is nothing to say about it.
    if ((STATUSR & UMSI) == 0) {
      STATUSR = with_bits(STATUSR, 9, 6, 0);
      UMSIR_.set(0);
    }
    STATUSR_.set(STATUSR);
  });
}

void ItsRegisters::report_ignored(RegisterResult result, bool read) {
  std::uint64_t what = read ? RRD : WRD;
  if (result == RegisterResult::read_of_write_only) what = RWOD;
  if (result == RegisterResult::write_of_read_only) what = WROD;
  STATUSR_.set(STATUSR_.get() | what);
}

void ItsRegisters::report_unmapped(std::uint32_t DeviceID, std::uint32_t EventID, ItsError error) {
  if (!support_.reports_unmapped) return;
  std::uint64_t STATUSR = STATUSR_.get();
  if ((STATUSR & UMSI) != 0) {
    STATUSR_.set(STATUSR | Overflow);
    return;
  }
  STATUSR_.set(with_bits(STATUSR, 9, 6, syndrome_of(error)) | UMSI);
  UMSIR_.set(std::uint64_t{DeviceID} << 32 | EventID);
}

void ItsRegisters::hook_queue() {
  // Changing CBASER or a BASER of an enabled ITS is UNPREDICTABLE (12.19.1, 12.19.2): ignored.
  bank_.on_write("GITS_CBASER", [this](const RegisterWrite& write) {
    if (enabled()) {
      CBASER_.set(write.old);
    } else {
      CBASER_.set(kept_CBASER(support_, write.value));
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
    // Unimplemented ones are RES0.
    if (type == 0 || enabled()) {
      BASER_.set(write.old, write.index);
      return;
    }
    BASER_.set(kept_BASER(support_, write.old, write.value), write.index);
    if (tables_) tables_();
  });
}

void ItsRegisters::look_for_command() const {
  if (has_command() && command_) command_();
}

bool ItsRegisters::enabled() const {
  return (CTLR_.get() & 1) != 0;
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
