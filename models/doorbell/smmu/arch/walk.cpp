#include "doorbell/smmu/arch/walk.h"

#include <array>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell::smmu {

Task<WalkResult> walk_stage1(const TranslationRegime& regime, const TranslationTag& tag,
                             std::uint64_t address, TableAccess& tables) {
  const auto first = start_walk(regime, address);
  if (!first) co_return WalkResult{.fault = {EventType::F_TRANSLATION}};
  const WalkStart start = co_await tables.start(tag, address, *first);
  if (start.finished) co_return start.result;
  const TranslationTable& table = regime.table[table_half(address)];
  WalkPosition position = start.position;
  WalkResult result;
  unsigned reads = 0;
  while (true) {
    const std::uint64_t at = descriptor_address(position, table.granule, table.input_bits, address);
    result.fault.fetch_address = at;
    std::array<std::uint8_t, 8> bytes;
    const bool ok =
        co_await tables.read(TablePurpose::translation_table, position.level, at, bytes);
    ++reads;
    if (!ok) {
      result.fault.type = EventType::F_WALK_EABT;
      break;
    }
    const WalkStep step =
        step_walk(regime, position, address, load_little_endian<std::uint64_t>(bytes));
    if (step.kind == WalkStep::Kind::table) {
      tables.keep(tag, address, position.level, step.next);
      position = step.next;
      continue;
    }
    if (step.kind == WalkStep::Kind::leaf) tables.keep(tag, address, position.level, step.leaf);
    result.fault.type = step.fault;
    result.leaf = step.leaf;
    break;
  }
  tables.finish(result, reads);
  co_return result;
}

}  // namespace doorbell::smmu
