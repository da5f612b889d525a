// Accesses to the SMMU's registers, of any offset, width and value, as its programming interface
// takes them: what is RES0 stays zero, and what is read-only as it was.
#include "doorbell/smmu/arch/global_configuration.h"
#include "doorbell/smmu/arch/queue.h"
#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "tests/fuzz/smmu_input.h"
#include "tests/fuzz/smmu_structures.h"

namespace doorbell::fuzz {
namespace {

void check_registers(const RegisterBank& bank, const smmu::Features& features) {
  for (const smmu::Register& where : smmu::registers()) {
    const std::uint64_t value = bank.get(where.info.name);
    if (where.info.access == RegisterAccess::read_only) {
      require(value == where.info.reset, "what is read-only stays");
      continue;
    }
    const std::uint64_t implemented =
        where.implemented != nullptr ? where.implemented(features) : where.info.writable;
    require((value & ~(implemented | where.info.reset)) == 0, "what is RES0 stays zero");
  }
}

}  // namespace

void run_smmu_registers(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const smmu::Features features = features_of(input);
  RegisterBank bank(smmu::register_table());
  for (const smmu::Register& where : smmu::registers()) {
    if (where.info.access == RegisterAccess::read_only) continue;
    bank.on_write(where.info.name, [&](const RegisterWrite& write) {
      const smmu::Enables enables{bank.get("SMMU_CR0"), bank.get("SMMU_IRQ_CTRL")};
      bank.set(write.info.name, smmu::admitted(where, write.old, write.value, enables, features));
    });
  }
  while (!input.empty()) {
    const std::uint8_t choice = input.byte();
    // Most are in the first pages of either half, where registers are.
    const std::uint64_t offset = input.take(2) & ((choice & 0x80) != 0 ? 0xffff : 0x1fff);
    const std::uint64_t place = offset | ((choice & 0x40) != 0 ? 0x1'0000 : 0);
    const unsigned size = 1u << (choice & 3);
    std::uint64_t data = 0;
    if ((choice & 4) != 0) {
      bank.write(place, size, input.doubleword());
    } else if (bank.read(place, size, data) == RegisterResult::ok) {
      require(size == 8 || data >> (8 * size) == 0, "no more is read than asked for");
    }
  }
  check_registers(bank, features);
  const auto table = smmu::StreamTable::from_registers(
      bank.get("SMMU_STRTAB_BASE"), static_cast<std::uint32_t>(bank.get("SMMU_STRTAB_BASE_CFG")),
      features);
  require((table.base & ~low_mask(features.output_address_bits)) == 0, "the table is within OAS");
  require(table.log2_size <= features.stream_id_bits, "and no larger than SIDSIZE");
  smmu::overrides_of_bypass(bank.get("SMMU_GBPA"), features);
}

}  // namespace doorbell::fuzz
