// SPDX-License-Identifier: GPL-2.0-or-later
// Instructions that make caches forget, here and in the other engines.
#include "engines/unicorn/engine.h"
#include "engines/unicorn/system_registers.h"

namespace doorbell::unicorn {
namespace {

constexpr std::uint32_t go_on = 0;
constexpr unsigned cache_maintenance = 7;
constexpr unsigned tlb_maintenance = 8;
constexpr std::uint32_t IC_IALLUIS = system_register(1, 0, 7, 1, 0);
constexpr std::uint32_t IC_IALLU = system_register(1, 0, 7, 5, 0);
constexpr std::uint32_t IC_IVAU = system_register(1, 3, 7, 5, 1);
/// CTR_EL0.IminLine of the models: 16 words (DDI 0487, D17.2.34).
constexpr std::uint64_t line = 64;

/// TLBI's CRm: 3 is Inner Shareable, 1 Outer Shareable, 7 neither (DDI 0487, C5.5).
bool is_broadcast(std::uint32_t name) {
  return crm_of(name) == 1 || crm_of(name) == 3;
}

}  // namespace

/// The library itself does what concerns its own translation buffer.
std::uint32_t UnicornEngine::on_maintenance(uc_engine*, int, const uc_arm64_cp_reg* name,
                                            void* self) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  const std::uint32_t which = encoding(*name);
  if (crn_of(which) == tlb_maintenance) {
    ++engine.counts_.tlb_maintenance;
    if (is_broadcast(which)) engine.host_.broadcast({which, name->val});
    return go_on;
  }
  if (crn_of(which) != cache_maintenance) return go_on;
  if (which == IC_IVAU) {
    ++engine.counts_.code_maintenance;
    // Translated code is kept by virtual address elsewhere; what has changed is the memory.
    const std::uint64_t physical = engine.internals().physical_address(name->val);
    if (physical != ~std::uint64_t{0}) engine.host_.broadcast_code({physical & ~(line - 1), line});
  } else if (which == IC_IALLUIS) {
    ++engine.counts_.code_maintenance;
    engine.host_.broadcast_code({});
  } else if (which == IC_IALLU) {
    ++engine.counts_.code_maintenance;
    engine.invalidate_code({});
  }
  return go_on;
}

void UnicornEngine::invalidate_code(const cpu::PhysicalRange& range) {
  if (!covered_) return;
  for (const Memory& memory : memories_) {
    const auto [base, size] = memory.range;
    if (range.size == 0) {
      internals().invalidate_code(memory.offset, size);
      continue;
    }
    const std::uint64_t first = range.base < base ? base : range.base;
    const std::uint64_t end =
        range.base + range.size < base + size ? range.base + range.size : base + size;
    if (first < end) internals().invalidate_code(memory.offset + (first - base), end - first);
  }
}

/// As the form without broadcast, so that it stays here.
void UnicornEngine::invalidate_tlb(const cpu::TlbOperation& operation) {
  constexpr unsigned local = 7;
  const std::uint32_t name = operation.encoding;
  const std::uint32_t same =
      system_register(op0_of(name), op1_of(name), crn_of(name), local, op2_of(name));
  if (name == 0 || !write_system_register(uc_, same, operation.value))
    internals().flush_translations();
}

}  // namespace doorbell::unicorn
