// GICD and GICR registers beside QEMU's: the same random accesses, and what every register reads.
// Where they differ on purpose, a list says how and why.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "doorbell/core/arch/random.h"
#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/redistributor_state.h"
#include "doorbell/gic/arch/register_tables.h"
#include "tests/differential/qtest_machine.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t GICD_base = 0x0800'0000, GICR_base = 0x080A'0000;

/// Bits that aren't written, and with `reads` not compared either.
struct Difference {
  const char* name;
  std::uint64_t bits;
  bool reads;
  const char* why;
};

constexpr Difference differences[] = {
    {"GICD_STATUSR", ~0ULL, false, "QEMU has none"},
    {"GICR_STATUSR", ~0ULL, false, "QEMU has none"},
    {"GICD_IPRIORITYR<n>", 0x0707'0707, false, "QEMU keeps bits that aren't implemented"},
    {"GICR_IPRIORITYR<n>", 0x0707'0707, false, "QEMU keeps bits that aren't implemented"},
    {"GICD_IROUTER<n>", ~0x0000'00FF'00FF'FFFFULL, false, "QEMU keeps all, without an effect"},
    {"GICR_CTLR", 0x0700'0001, false, "here PROPBASER doesn't change while LPIs are enabled"},
    {"GICR_PROPBASER", ~0x000F'FFFF'FFFF'F01FULL, false, "QEMU keeps attributes of its own"},
    {"GICR_PENDBASER", ~0x000F'FFFF'FFFF'0000ULL, false, "QEMU keeps attributes of its own"},
};

constexpr Difference further_of_non_secure[] = {
    {"GICR_WAKER", ~0ULL, true, "QEMU shows it to Non-secure, where the architecture has RAZ/WI"},
};

const Difference* find(std::span<const Difference> list, std::string_view name) {
  for (const Difference& one : list)
    if (name == one.name) return &one;
  return nullptr;
}

/// A frame of registers beside QEMU's.
class Frame {
 public:
  Frame(test::QtestMachine& machine, RegisterBank& bank, std::uint64_t base,
        std::span<const RegisterInfo> table, bool two_states)
      : machine_(machine), bank_(bank), base_(base), table_(table), two_states_(two_states) {}

  /// A word of a register at random is written, in both.
  void write_one(Random& random) {
    const RegisterInfo& info = table_[random.below(table_.size())];
    const std::uint64_t index = random.below(elements(info));
    const std::uint64_t half = info.width == 8 ? random.below(2) : 0;
    std::uint64_t value = random.next();
    if (const Difference* const known = find(differences, info.name))
      value &= ~(known->bits >> 32 * half);
    if (two_states_ && find(further_of_non_secure, info.name)) return;
    const std::uint64_t offset = info.offset + index * stride(info) + 4 * half;
    machine_.write(base_ + offset, static_cast<std::uint32_t>(value));
    bank_.write(offset, 4, value & 0xFFFF'FFFF);
  }
  void compare(std::size_t after) {
    for (const RegisterInfo& info : table_) {
      const Difference* const known =
          two_states_ ? find(further_of_non_secure, info.name) : nullptr;
      if (known != nullptr && known->reads) continue;
      for (std::uint64_t index = 0; index < elements(info); ++index) {
        for (unsigned byte = 0; byte < info.width; byte += 4) {
          const std::uint64_t offset = info.offset + index * stride(info) + byte;
          std::uint64_t ours = 0;
          bank_.read(offset, 4, ours);
          ASSERT_EQ(ours, machine_.read(base_ + offset))
              << element_name(info, static_cast<unsigned>(index)) << " + " << byte << " after "
              << after << " writes";
        }
      }
    }
  }

 private:
  static std::uint64_t stride(const RegisterInfo& info) {
    return info.stride != 0 ? info.stride : info.width;
  }
  /// Of INTIDs below 256: QEMU has 32 SPIs more than its GICD_TYPER says. Of routes some.
  static unsigned elements(const RegisterInfo& info) {
    const bool is_bit_each = info.count == 32, is_two_bits_each = info.count == 64;
    return is_bit_each ? 8 : is_two_bits_each ? 16 : std::min(info.count, 64U);
  }
  test::QtestMachine& machine_;
  RegisterBank& bank_;
  std::uint64_t base_;
  std::span<const RegisterInfo> table_;
  bool two_states_;
};

void compare_frames(const std::string& options, unsigned processors, bool two_states) {
  test::QtestMachine machine(QEMU_SYSTEM_AARCH64, options, processors);
  DistributorConfiguration configuration;
  configuration.two_security_states = two_states;
  configuration.processors = affinities_of_virt(processors);
  DistributorState distributor(configuration);
  Frame gicd(machine, distributor.registers(), GICD_base, GICD_registers(), two_states);
  std::vector<std::unique_ptr<RedistributorState>> redistributors;
  std::vector<Frame> frames;
  for (unsigned i = 0; i < processors; ++i) {
    redistributors.push_back(std::make_unique<RedistributorState>(
        RedistributorConfiguration{.processor = i,
                                   .affinity = configuration.processors[i],
                                   .last = i + 1 == processors,
                                   .two_security_states = two_states}));
    frames.emplace_back(machine, redistributors.back()->registers(), GICR_base + i * GICR_bytes,
                        GICR_registers(), two_states);
  }
  Random random(1);
  for (std::size_t writes = 0; writes <= 400 && !testing::Test::HasFatalFailure(); ++writes) {
    if (writes % 100 == 0) {
      gicd.compare(writes);
      for (unsigned i = 0; i < processors; i += 7)
        frames[i].compare(writes);
    }
    for (unsigned i = 0; i < 4; ++i)
      gicd.write_one(random);
    frames[random.below(processors)].write_one(random);
  }
}

TEST(QemuGic, RegistersReadTheSame) {
  compare_frames("iommu=smmuv3", 1, false);
}

TEST(QemuGic, RegistersOfTwentyProcessorsReadTheSame) {
  compare_frames("iommu=smmuv3", 20, false);
}

TEST(QemuGic, NonSecureSeesTheSameOfTwoStates) {
  compare_frames("secure=on", 1, true);
}

}  // namespace
}  // namespace doorbell::gic
