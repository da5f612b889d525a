#include "tests/sw/decoded_stream.h"

#include "doorbell/smmu/arch/stage2_table.h"
#include "doorbell/smmu/arch/stream_table_entry.h"

namespace doorbell::sw {
namespace {

constexpr smmu::Features features{.stage2 = true};

}  // namespace

DecodedStream DecodedStream::of(const Words& words) {
  const auto ste = smmu::StreamTableEntry::decode(words, features);
  return {.legal = ste.V && !ste.illegal(features),
          .config = static_cast<unsigned>(ste.config),
          .vmid = ste.stage2.S2VMID,
          .start_level = ste.stage2.start_level,
          .records = ste.stage2.S2R};
}

std::optional<DecodedStream::Mapping> walk_stage_2(
    const DecodedStream::Words& words, std::uint64_t ipa,
    const std::function<std::uint64_t(std::uint64_t)>& load) {
  const smmu::Stage2Regime regime = smmu::StreamTableEntry::decode(words, features).stage2;
  auto position = smmu::start_walk(regime, ipa);
  for (unsigned reads = 1; position; ++reads) {
    const auto step =
        smmu::step_walk(regime, *position, load(smmu::descriptor_address(regime, *position, ipa)));
    if (step.kind == smmu::WalkStep::Kind::fault) break;
    if (step.kind == smmu::WalkStep::Kind::table) {
      position = step.next;
      continue;
    }
    const smmu::Leaf& leaf = step.leaf;
    return DecodedStream::Mapping{
        .address = leaf.output_base | (ipa & ((1ull << leaf.size_log2) - 1)),
        .readable = leaf.permissions.allow({}),
        .writable = leaf.permissions.allow({.write = true}),
        .executable = leaf.permissions.allow({.instruction = true}) ||
                      leaf.permissions.allow({.privileged = true, .instruction = true}),
        .memory_attributes = leaf.attribute_index,
        .level = leaf.level,
        .reads = reads};
  }
  return std::nullopt;
}

}  // namespace doorbell::sw
