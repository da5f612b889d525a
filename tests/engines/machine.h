#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "doorbell/core/arch/system_register.h"
#include "doorbell/cpu/arch/engine_loader.h"
#include "tests/engines/program_addresses.h"

namespace doorbell::cpu {

/// DOORBELL_ENGINE names another one to be tested.
inline const EngineLibrary& engine_library() {
  const char* const named = std::getenv("DOORBELL_ENGINE");
  static const EngineLibrary library(named != nullptr ? named : ENGINE_FILE);
  return library;
}

/// Memory that several processors share, with the programs at its start.
class SharedMemory {
 public:
  static constexpr std::uint64_t base = 0x4000'0000;
  static constexpr std::uint64_t size = 4 << 20;

  SharedMemory() : bytes_(new (std::align_val_t{4096}) std::uint8_t[size]()) {
    std::ifstream file(ENGINE_PROGRAMS, std::ios::binary);
    std::copy(std::istreambuf_iterator<char>(file), {}, bytes_.get());
  }

  std::uint8_t* bytes() { return bytes_.get(); }
  std::uint64_t word(std::uint64_t address) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.get() + (address - base), sizeof value);
    return value;
  }
  void set_word(std::uint64_t address, std::uint64_t value) {
    std::memcpy(bytes_.get() + (address - base), &value, sizeof value);
  }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const { operator delete[](bytes, std::align_val_t{4096}); }
  };
  std::unique_ptr<std::uint8_t[], Free> bytes_;
};

/// A processor with a host that keeps a record.
class TestProcessor : public EngineHost {
 public:
  struct DeviceAccess {
    bool is_write;
    std::uint64_t address;
    unsigned size;
    std::uint64_t value;
    std::uint64_t executed;
    bool operator==(const DeviceAccess&) const = default;
  };

  explicit TestProcessor(SharedMemory& memory, const EngineSettings& settings = {})
      : engine_(engine_library().make(*this, settings)) {
    engine_->map_memory({SharedMemory::base, SharedMemory::size}, memory.bytes(), true);
  }
  virtual ~TestProcessor() = default;

  InstructionEngine& engine() { return *engine_; }
  std::uint64_t x(unsigned number) const { return *engine_->get(Register::x(number)); }
  void set_x(unsigned number, std::uint64_t value) { engine_->set(Register::x(number), value); }
  InstructionEngine::Stop::Kind run_from(std::uint64_t address,
                                         std::uint64_t instructions = 1'000'000) {
    engine_->set(Register::pc(), address);
    return engine_->run(instructions).kind;
  }

  Access read_device(std::uint64_t address, unsigned size) noexcept override {
    accesses.push_back({false, address, size, 0, engine_->executed()});
    if (in_access) in_access();
    return {device_value, device_answers};
  }
  bool write_device(std::uint64_t address, unsigned size, std::uint64_t value) noexcept override {
    accesses.push_back({true, address, size, value, engine_->executed()});
    if (in_access) in_access();
    return device_answers;
  }
  std::optional<std::uint64_t> read_system_register(std::uint32_t encoding) noexcept override {
    registers_read.push_back(encoding);
    return system_register_value;
  }
  bool write_system_register(std::uint32_t encoding, std::uint64_t value) noexcept override {
    registers_written.emplace_back(encoding, value);
    return true;
  }
  void broadcast(const TlbOperation& operation) noexcept override {
    for (TestProcessor* other : others)
      other->engine().invalidate_tlb(operation);
  }
  void broadcast_code(const PhysicalRange& range) noexcept override {
    engine_->invalidate_code(range);
    for (TestProcessor* other : others)
      other->engine().invalidate_code(range);
  }
  void interrupt_taken(InterruptInput input) noexcept override { taken.push_back(input); }

  std::vector<DeviceAccess> accesses;
  std::function<void()> in_access;
  std::uint64_t device_value = 0;
  bool device_answers = true;
  std::vector<std::uint32_t> registers_read;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> registers_written;
  std::optional<std::uint64_t> system_register_value;
  std::vector<InterruptInput> taken;
  std::vector<TestProcessor*> others;

 private:
  std::unique_ptr<InstructionEngine> engine_;
};

// System registers (DDI 0487, D17.2).
inline constexpr Register SCTLR_EL1 = Register::system(system_register(3, 0, 1, 0, 0));
inline constexpr Register CPACR_EL1 = Register::system(system_register(3, 0, 1, 0, 2));
inline constexpr Register TTBR0_EL1 = Register::system(system_register(3, 0, 2, 0, 0));
inline constexpr Register TCR_EL1 = Register::system(system_register(3, 0, 2, 0, 2));
inline constexpr Register MAIR_EL1 = Register::system(system_register(3, 0, 10, 2, 0));
inline constexpr Register VBAR_EL1 = Register::system(system_register(3, 0, 12, 0, 0));

/// Page tables in the upper half of the memory: all of it readable, writable and executable at its
/// own address, but for what a test maps below 4 MiB.
class Translation {
 public:
  static constexpr std::uint64_t root = SharedMemory::base + 0x20'0000;
  static constexpr std::uint64_t low_blocks = root + 0x1000;
  static constexpr std::uint64_t low_pages = root + 0x2000;
  static constexpr std::uint64_t pages = root + 0x3000;
  // Attributes of descriptors (DDI 0487, D8.3).
  static constexpr std::uint64_t valid_page = 3 | 1 << 10 | 3 << 8;  ///< AF, Inner Shareable
  static constexpr std::uint64_t user = 1 << 6;
  static constexpr std::uint64_t read_only = 1 << 7;
  static constexpr std::uint64_t never_executed = std::uint64_t{3} << 53;

  explicit Translation(SharedMemory& memory) : memory_(memory) {
    memory.set_word(root, low_blocks | 3);
    memory.set_word(root + 8, SharedMemory::base | (valid_page & ~2));
    memory.set_word(low_blocks, low_pages | 3);
  }

  /// A page at `address`, below 2 MiB.
  void map(std::uint64_t address, std::uint64_t physical, std::uint64_t attributes) {
    memory_.set_word(descriptor(address), physical | attributes | valid_page);
  }
  static std::uint64_t descriptor(std::uint64_t address) { return low_pages + address / 4096 * 8; }

  /// 39 bits of addresses in TTBR0, write-back memory, the MMU on.
  static void enable(InstructionEngine& engine) {
    engine.set(MAIR_EL1, 0xff);
    engine.set(TTBR0_EL1, root);
    engine.set(TCR_EL1, 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23);
    engine.set(SCTLR_EL1, *engine.get(SCTLR_EL1) | 1);
  }

 private:
  SharedMemory& memory_;
};

}  // namespace doorbell::cpu
