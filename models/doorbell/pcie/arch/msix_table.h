#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "doorbell/pcie/arch/configuration_space.h"
#include "doorbell/pcie/arch/msi_message.h"

namespace doorbell::pcie {

/// Where MSI-X lives (PCIe 6.0 7.7.2): offsets are multiples of 8 within their BARs.
struct MsixLayout {
  unsigned vectors = 1;  ///< 1 to 2048
  unsigned table_bar = 0;
  std::uint32_t table_offset = 0;
  unsigned pba_bar = 0;
  std::uint32_t pba_offset = 0;
};

/// The MSI-X Table and the Pending Bit Array (PCIe 6.0 7.7.2.5 to 7.7.2.9): always accessible,
/// whatever Enable and Function Mask say. Accesses are of 1, 2, 4 or 8 bytes.
class MsixTable {
 public:
  static constexpr unsigned entry_bytes = 16;
  static constexpr std::uint32_t Mask_Bit = 1;  ///< Vector Control (7.7.2.8); set at reset

  explicit MsixTable(unsigned vectors);

  unsigned vectors() const { return static_cast<unsigned>(entries_.size()); }
  std::uint64_t table_bytes() const { return std::uint64_t{entry_bytes} * entries_.size(); }
  std::uint64_t pba_bytes() const { return 8 * pending_.size(); }

  std::uint64_t read_table(std::uint64_t offset, unsigned size) const;
  void write_table(std::uint64_t offset, unsigned size, std::uint64_t value);
  /// Software's writes to the PBA have no effect (7.7.2.9 leaves them undefined).
  std::uint64_t read_pba(std::uint64_t offset, unsigned size) const;

  bool masked(unsigned vector) const { return (entries_[vector].control & Mask_Bit) != 0; }
  bool pending(unsigned vector) const { return (pending_[vector / 64] >> vector % 64 & 1) != 0; }
  unsigned pending_count() const { return pending_count_; }
  /// False when it was pending already.
  bool set_pending(unsigned vector);
  MsiMessage message(unsigned vector) const;
  /// The lowest vector that is pending and not masked in the table; its pending bit is cleared.
  std::optional<unsigned> take_unmasked();

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.list("table", self.entries_, [](auto& entry, auto& inner) {
      inner.value("Message_Address", entry.address_low);
      inner.value("Message_Upper_Address", entry.address_high);
      inner.value("Message_Data", entry.data);
      inner.value("Vector_Control", entry.control);
    });
    state.values("PBA", self.pending_);
    if constexpr (State::reads) self.count_pending();
  }

 private:
  struct Entry {
    std::uint32_t address_low = 0;
    std::uint32_t address_high = 0;
    std::uint32_t data = 0;
    std::uint32_t control = Mask_Bit;
  };
  void count_pending();
  std::uint32_t word(std::uint64_t offset) const;
  void set_word(std::uint64_t offset, std::uint32_t value);

  std::vector<Entry> entries_;
  std::vector<std::uint64_t> pending_;
  unsigned pending_count_ = 0;
};

/// The MSI-X capability structure with its table (PCIe 6.0 7.7.2, 6.1.4).
class MsixCapability {
 public:
  static constexpr std::uint8_t id = 0x11;
  static constexpr unsigned Message_Control = 0x02;
  static constexpr unsigned Table_Offset = 0x04;
  static constexpr unsigned PBA_Offset = 0x08;
  static constexpr std::uint16_t Function_Mask = 1 << 14;
  static constexpr std::uint16_t MSI_X_Enable = 1 << 15;

  MsixCapability(ConfigurationSpace& space, const MsixLayout& layout);

  bool enabled() const { return (space_.get16(offset_ + Message_Control) & MSI_X_Enable) != 0; }
  bool function_masked() const {
    return (space_.get16(offset_ + Message_Control) & Function_Mask) != 0;
  }

  /// The function wants to signal `vector`; the message when the outcome is `sent`. While a vector
  /// or the function is masked its pending bit is set instead (6.1.4.5).
  MsiOutcome signal(unsigned vector, MsiMessage& message);
  /// After any write to the structure or the table: a message that unmasking released, each exactly
  /// once.
  std::optional<MsiMessage> take_unmasked(unsigned* vector = nullptr);

  MsixTable& table() { return table_; }
  const MsixTable& table() const { return table_; }
  const MsixLayout& layout() const { return layout_; }
  unsigned offset() const { return offset_; }

 private:
  ConfigurationSpace& space_;
  MsixLayout layout_;
  MsixTable table_;
  unsigned offset_;
};

}  // namespace doorbell::pcie
