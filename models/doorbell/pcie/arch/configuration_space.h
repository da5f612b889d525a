#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace doorbell::pcie {

/// What a function is: the read-only part of its type 0 header (PCIe 6.0 7.5.1).
struct FunctionIdentity {
  std::uint16_t vendor_id = 0;
  std::uint16_t device_id = 0;
  std::uint8_t revision_id = 0;
  std::uint32_t class_code = 0;  ///< 24 bits: base class, sub-class, interface (7.5.1.1.6)
  std::uint16_t subsystem_vendor_id = 0;
  std::uint16_t subsystem_id = 0;
  std::uint8_t interrupt_pin = 0;  ///< 0 none, 1 INTA to 4 INTD (7.5.1.1.13)
  bool multi_function = false;     ///< Header Type bit 7 (7.5.1.1.9)
};

/// A Base Address Register (PCIe 6.0 7.5.1.2.1). A 64-bit one takes `index` and the next.
struct BarInfo {
  unsigned index = 0;
  std::uint64_t size = 0;  ///< a power of two, at least 128 bytes; 32-bit BARs at most 2 GiB
  bool is_64_bit = false;
  bool prefetchable = false;
};

/// The 4096 bytes of one function's configuration space with a type 0 header (PCIe 6.0 7.5, 7.6).
/// Every bit is read-only, read-write or write-1-to-clear, and stays below its own offset: the
/// extended space never mirrors the header. Offsets without a register read zero.
class ConfigurationSpace {
 public:
  static constexpr unsigned bytes = 4096;

  // Offsets in the header (PCIe 6.0 7.5.1).
  static constexpr unsigned Vendor_ID = 0x00;
  static constexpr unsigned Command = 0x04;
  static constexpr unsigned Status = 0x06;
  static constexpr unsigned Class_Code = 0x09;
  static constexpr unsigned Header_Type = 0x0e;
  static constexpr unsigned BAR0 = 0x10;
  static constexpr unsigned Subsystem_Vendor_ID = 0x2c;
  static constexpr unsigned Capabilities_Pointer = 0x34;
  static constexpr unsigned Interrupt_Line = 0x3c;
  static constexpr unsigned Interrupt_Pin = 0x3d;
  static constexpr unsigned first_capability = 0x40;
  static constexpr unsigned first_extended_capability = 0x100;

  // Command bits (PCIe 6.0 7.5.1.1.3).
  static constexpr std::uint16_t Memory_Space_Enable = 1 << 1;
  static constexpr std::uint16_t Bus_Master_Enable = 1 << 2;
  static constexpr std::uint16_t Interrupt_Disable = 1 << 10;

  /// BARs that overlap, or whose size can't be expressed, are a std::invalid_argument.
  ConfigurationSpace(const FunctionIdentity& identity, const std::vector<BarInfo>& bars);

  /// `size` 1, 2 or 4 bytes at a naturally aligned offset; anything outside reads all ones.
  std::uint32_t read(unsigned offset, unsigned size) const;
  void write(unsigned offset, unsigned size, std::uint32_t value);

  bool memory_enabled() const { return (get16(Command) & Memory_Space_Enable) != 0; }
  bool bus_master_enabled() const { return (get16(Command) & Bus_Master_Enable) != 0; }
  bool interrupt_disabled() const { return (get16(Command) & Interrupt_Disable) != 0; }

  struct BarHit {
    unsigned index;
    std::uint64_t offset;
  };
  /// The BAR that claims a memory request at `address`: none (false) when memory decode is off.
  bool decode(std::uint64_t address, BarHit& hit) const;
  /// Base address as programmed, flags removed.
  std::uint64_t bar_address(unsigned index) const;
  const std::vector<BarInfo>& bars() const { return bars_; }

  // For capabilities: room and fields.

  /// Appends a capability (PCIe 6.0 7.5.3.1, 7.9) of `size` bytes to the list; returns its offset.
  unsigned add_capability(std::uint8_t id, unsigned size);
  /// Appends an extended capability (PCIe 6.0 7.6.3); returns its offset.
  unsigned add_extended_capability(std::uint16_t id, unsigned version, unsigned size);

  /// A field of 1, 2 or 4 bytes: reset value, bits that software writes, bits that a written 1
  /// clears.
  void define(unsigned offset, unsigned size, std::uint32_t reset, std::uint32_t writable,
              std::uint32_t write_1_to_clear = 0);
  /// Hardware's side of a register: no masks.
  void set(unsigned offset, unsigned size, std::uint32_t value);

  std::uint8_t get8(unsigned offset) const { return value_[offset]; }
  std::uint16_t get16(unsigned offset) const {
    return static_cast<std::uint16_t>(value_[offset] | value_[offset + 1] << 8);
  }
  std::uint32_t get32(unsigned offset) const {
    return get16(offset) | std::uint32_t{get16(offset + 2)} << 16;
  }

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.bytes("configuration_space", self.value_);
  }

 private:
  void define_header(const FunctionIdentity& identity);
  void define_bar(const BarInfo& bar);

  std::array<std::uint8_t, bytes> value_{};
  std::array<std::uint8_t, bytes> writable_{};
  std::array<std::uint8_t, bytes> write_1_to_clear_{};
  std::vector<BarInfo> bars_;
  unsigned last_link_ = Capabilities_Pointer;  // where the next capability's offset goes
  unsigned next_capability_ = first_capability;
  unsigned last_extended_ = 0;
  unsigned next_extended_ = first_extended_capability;
};

}  // namespace doorbell::pcie
