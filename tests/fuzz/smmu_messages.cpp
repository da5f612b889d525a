// Commands and event records of any content.
#include <vector>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/command.h"
#include "doorbell/smmu/arch/configuration_cache.h"
#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/tlb.h"
#include "doorbell/smmu/arch/walk_cache.h"
#include "tests/fuzz/smmu_input.h"
#include "tests/fuzz/smmu_structures.h"

namespace doorbell::fuzz {
namespace {

using smmu::Invalidation;
using smmu::OverInvalidation;

smmu::TranslationTag tag_of(Input& input) {
  const std::uint8_t choice = input.byte();
  constexpr smmu::GranuleShift granules[] = {12, 14, 16};
  return {.stream_id = input.byte(),
          .asid = input.byte(),
          .vmid = input.byte(),
          .global = (choice & 1) != 0,
          .granule = granules[(choice >> 1) % 3],
          .world = static_cast<smmu::World>((choice >> 3) % 3),
          .stages = static_cast<smmu::Stages>((choice >> 5) % 3)};
}

std::size_t erased_of(const std::vector<smmu::TlbEntry>& entries,
                      const Invalidation& invalidation) {
  smmu::Tlb tlb({64, 4, ReplacementPolicy::lru, 1});
  for (const smmu::TlbEntry& entry : entries)
    tlb.insert(entry);
  const std::size_t before = tlb.size();
  const std::size_t erased = tlb.invalidate(invalidation);
  require(erased + tlb.size() == before, "what is erased is counted");
  require(tlb.invalidate(invalidation) == 0, "nothing is left of what an invalidation takes");
  return erased;
}

/// What is gone is gone, and no less goes with a wider policy.
void check_tlb(const Invalidation& invalidation, Input& input) {
  std::vector<smmu::TlbEntry> entries(8);
  for (unsigned n = 0; n < entries.size(); ++n) {
    smmu::TlbEntry& entry = entries[n];
    entry.tag = tag_of(input);
    entry.leaf.level = 1 + n % 3;
    entry.leaf.size_log2 = smmu::level_shift(entry.tag.granule, entry.leaf.level);
    entry.input_base = input.doubleword() & ~low_mask(entry.leaf.size_log2);
    entry.leaf.not_global = !entry.tag.global;
  }
  std::size_t least = 0;
  for (const auto policy :
       {OverInvalidation::none, OverInvalidation::asid, OverInvalidation::all}) {
    const std::size_t erased = erased_of(entries, widen(invalidation, policy));
    require(erased >= least, "what is widened takes as much");
    least = erased;
  }
}

void check_walk_cache(const Invalidation& invalidation, Input& input) {
  constexpr CacheGeometry geometry{16, 4, ReplacementPolicy::lru, 1};
  smmu::WalkCache cache({geometry, geometry, geometry, geometry});
  for (unsigned n = 0; n < 8; ++n) {
    const smmu::TranslationTag tag = tag_of(input);
    const unsigned level = n % 4;
    smmu::Leaf leaf;
    leaf.level = level;
    leaf.size_log2 = smmu::level_shift(tag.granule, level);
    const smmu::CachedStep step =
        n < 4 ? smmu::CachedStep(smmu::WalkPosition{.level = level + 1}) : smmu::CachedStep(leaf);
    cache.insert(tag, input.doubleword(), level, step);
  }
  cache.invalidate(invalidation);
  for (const std::size_t erased : cache.invalidate(invalidation))
    require(erased == 0, "nothing is left of what an invalidation takes");
}

void check_configurations(const Invalidation& invalidation, Input& input) {
  smmu::ConfigurationCache cache({16, 4, ReplacementPolicy::lru, 1});
  for (unsigned n = 0; n < 4; ++n) {
    const std::uint32_t stream = input.byte(), index = input.byte();
    cache.insert(stream, {.has_cd = true, .has_ste = true}, index);
    cache.insert_descriptor(smmu::LevelOneDescriptor::of_stream(stream, 6 + 2 * (n % 3)), n);
    cache.insert_descriptor(smmu::LevelOneDescriptor::of_context(stream, index, 6), n);
  }
  cache.invalidate(invalidation);
  require(cache.invalidate(invalidation) == 0, "nothing is left of what an invalidation takes");
}

}  // namespace

void run_command(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  const smmu::Features features = features_of(input);
  const smmu::CommandWords words{input.doubleword(), input.doubleword()};
  const auto command = smmu::decode_command(words, features);
  if (!command) return;
  const smmu::CommandWords again = smmu::encode(*command);
  const auto decoded = smmu::decode_command(again, features);
  require(decoded.has_value() && *decoded == *command, "an encoded command is the same one");
  if (!command->invalidates()) return;
  const Invalidation invalidation = command->invalidation(input.flag());
  require(invalidation.first <= invalidation.last, "a range doesn't wrap");
  require(invalidation.first_stream <= invalidation.last_stream, "nor do streams");
  check_tlb(invalidation, input);
  check_walk_cache(invalidation, input);
  check_configurations(invalidation, input);
}

void run_event(std::span<const std::uint8_t> bytes) {
  Input input(bytes);
  smmu::EventRecord records[2];
  for (smmu::EventRecord& record : records)
    for (std::uint64_t& word : record)
      word = input.doubleword();
  const smmu::Event events[] = {smmu::decode_event(records[0]), smmu::decode_event(records[1])};
  for (const smmu::Event& event : events) {
    const smmu::EventRecord record = smmu::encode(event);
    require(smmu::encode(smmu::decode_event(record)) == record, "a record says all of an event");
  }
  const bool MEV = input.flag();
  require(smmu::may_merge(events[0], events[1], MEV) == smmu::may_merge(events[1], events[0], MEV),
          "either may stand for both, or neither");
}

}  // namespace doorbell::fuzz
