#include "doorbell/pcie/arch/configuration_space.h"

#include <bit>
#include <span>
#include <stdexcept>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell::pcie {
namespace {

// Memory BAR flags (PCIe 6.0 7.5.1.2.1).
constexpr std::uint32_t bar_type_64 = 0b10 << 1;
constexpr std::uint32_t bar_prefetchable = 1 << 3;
constexpr std::uint64_t bar_flag_bits = 0xf;
constexpr unsigned bar_count = 6;
constexpr std::uint64_t smallest_memory_bar = 128;

// Command: Memory Space, Bus Master, Parity Error Response, SERR#, Interrupt Disable. I/O Space
// Enable is 0: no I/O.
constexpr std::uint16_t command_writable = 1 << 1 | 1 << 2 | 1 << 6 | 1 << 8 | 1 << 10;
// Status: Master Data Parity Error, Signaled/Received Target Abort, Received Master Abort, Signaled
// System Error, Detected Parity Error.
constexpr std::uint16_t status_write_1_to_clear = 0xf900;
constexpr std::uint16_t Capabilities_List = 1 << 4;

}  // namespace

ConfigurationSpace::ConfigurationSpace(const FunctionIdentity& identity,
                                       const std::vector<BarInfo>& bars)
    : bars_(bars) {
  define_header(identity);
  unsigned used = 0;
  for (const BarInfo& bar : bars_) {
    const unsigned slots = (bar.is_64_bit ? 3u : 1u) << bar.index;
    const std::uint64_t largest = bar.is_64_bit ? std::uint64_t{1} << 63 : std::uint64_t{1} << 31;
    if (slots >> bar_count != 0 || (slots & used) != 0 || !std::has_single_bit(bar.size) ||
        bar.size < smallest_memory_bar || bar.size > largest) {
      throw std::invalid_argument("BAR index or size that a type 0 header can't hold");
    }
    used |= slots;
    define_bar(bar);
  }
}

void ConfigurationSpace::define_header(const FunctionIdentity& identity) {
  define(Vendor_ID, 2, identity.vendor_id, 0);
  define(0x02, 2, identity.device_id, 0);
  define(Command, 2, 0, command_writable);
  define(Status, 2, 0, 0, status_write_1_to_clear);
  define(0x08, 1, identity.revision_id, 0);
  define(Class_Code, 1, identity.class_code & 0xff, 0);
  define(0x0a, 2, identity.class_code >> 8 & 0xffff, 0);
  define(0x0c, 1, 0, 0xff);  // Cache Line Size: writable, without effect (7.5.1.1.7)
  define(Header_Type, 1, identity.multi_function ? 0x80 : 0, 0);
  define(Subsystem_Vendor_ID, 2, identity.subsystem_vendor_id, 0);
  define(0x2e, 2, identity.subsystem_id, 0);
  define(Interrupt_Line, 1, 0, 0xff);
  define(Interrupt_Pin, 1, identity.interrupt_pin, 0);
}

void ConfigurationSpace::define_bar(const BarInfo& bar) {
  const unsigned offset = BAR0 + 4 * bar.index;
  const std::uint32_t flags =
      (bar.is_64_bit ? bar_type_64 : 0) | (bar.prefetchable ? bar_prefetchable : 0);
  // Address bits below the size are hard-wired to zero: that is how software reads the size.
  const std::uint64_t mask = ~(bar.size - 1) & ~bar_flag_bits;
  define(offset, 4, flags, static_cast<std::uint32_t>(mask));
  if (bar.is_64_bit) define(offset + 4, 4, 0, static_cast<std::uint32_t>(mask >> 32));
}

std::uint32_t ConfigurationSpace::read(unsigned offset, unsigned size) const {
  if (offset + size > bytes) return ~0u;
  return load_little_endian<std::uint32_t>(std::span(value_).subspan(offset, size));
}

void ConfigurationSpace::write(unsigned offset, unsigned size, std::uint32_t value) {
  if (offset + size > bytes) return;
  for (unsigned i = 0; i < size; ++i) {
    const auto byte = static_cast<std::uint8_t>(value >> 8 * i);
    std::uint8_t& now = value_[offset + i];
    const std::uint8_t mask = writable_[offset + i];
    now = static_cast<std::uint8_t>((now & ~mask) | (byte & mask));
    now = static_cast<std::uint8_t>(now & ~(byte & write_1_to_clear_[offset + i]));
  }
}

bool ConfigurationSpace::decode(std::uint64_t address, BarHit& hit) const {
  if (!memory_enabled()) return false;
  for (const BarInfo& bar : bars_) {
    const std::uint64_t base = bar_address(bar.index);
    if (address - base < bar.size) {
      hit = {bar.index, address - base};
      return true;
    }
  }
  return false;
}

std::uint64_t ConfigurationSpace::bar_address(unsigned index) const {
  const unsigned offset = BAR0 + 4 * index;
  std::uint64_t address = get32(offset);
  if (address & bar_type_64) address |= std::uint64_t{get32(offset + 4)} << 32;
  return address & ~bar_flag_bits;
}

unsigned ConfigurationSpace::add_capability(std::uint8_t id, unsigned size) {
  const unsigned offset = next_capability_;
  if (offset + size > first_extended_capability) {
    throw std::invalid_argument("capabilities don't fit below 0x100");
  }
  define(offset, 1, id, 0);
  define(offset + 1, 1, 0, 0);
  set(last_link_, 1, offset);
  set(Status, 2, get16(Status) | Capabilities_List);
  last_link_ = offset + 1;
  next_capability_ = (offset + size + 3) & ~3u;
  return offset;
}

unsigned ConfigurationSpace::add_extended_capability(std::uint16_t id, unsigned version,
                                                     unsigned size) {
  const unsigned offset = next_extended_;
  if (offset + size > bytes) throw std::invalid_argument("extended capabilities don't fit");
  define(offset, 4, id | version << 16, 0);
  if (last_extended_ != 0) set(last_extended_ + 2, 2, get16(last_extended_ + 2) | offset << 4);
  last_extended_ = offset;
  next_extended_ = (offset + size + 3) & ~3u;
  return offset;
}

void ConfigurationSpace::define(unsigned offset, unsigned size, std::uint32_t reset,
                                std::uint32_t writable, std::uint32_t write_1_to_clear) {
  for (unsigned i = 0; i < size; ++i) {
    value_[offset + i] = static_cast<std::uint8_t>(reset >> 8 * i);
    writable_[offset + i] = static_cast<std::uint8_t>(writable >> 8 * i);
    write_1_to_clear_[offset + i] = static_cast<std::uint8_t>(write_1_to_clear >> 8 * i);
  }
}

void ConfigurationSpace::set(unsigned offset, unsigned size, std::uint32_t value) {
  for (unsigned i = 0; i < size; ++i) {
    value_[offset + i] = static_cast<std::uint8_t>(value >> 8 * i);
  }
}

}  // namespace doorbell::pcie
