#include "doorbell/smmu/arch/dirty_state.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/descriptor.h"

namespace doorbell::smmu {
namespace {

// Of Page and Block descriptors (DDI 0487 D8.3.1.2)
constexpr BitField read_only{7, 1};  // AP[2]
constexpr BitField writable{7, 1};   // S2AP[1]
constexpr BitField dirty_bit_modifier{51, 1};

bool is_writable(DescriptorStage stage, std::uint64_t word) {
  return stage == DescriptorStage::stage1 ? !read_only.test(word) : writable.test(word);
}

}  // namespace

bool is_writable_clean(DescriptorStage stage, std::uint64_t word, HardwareUpdates updates) {
  return updates.dirty_state && dirty_bit_modifier.test(word) && !is_writable(stage, word);
}

std::uint64_t as_writable(DescriptorStage stage, std::uint64_t word, HardwareUpdates updates) {
  if (!is_writable_clean(stage, word, updates)) return word;
  return stage == DescriptorStage::stage1 ? read_only.set(word, 0) : writable.set(word, 1);
}

std::uint64_t after_access(DescriptorStage stage, std::uint64_t word, HardwareUpdates updates,
                           bool write) {
  std::uint64_t after = write ? as_writable(stage, word, updates) : word;
  if (updates.access_flag) after = descriptor::AF.set(after, 1);
  return after;
}

}  // namespace doorbell::smmu
