#pragma once

#include "doorbell/smmu/arch/features.h"
#include "tests/fuzz/input.h"

namespace doorbell::fuzz {

/// An SMMU as eight bytes choose it, of those that its parameters can make.
inline smmu::Features features_of(Input& input) {
  smmu::Features f;
  const std::uint64_t bits = input.take(6);
  const auto bit = [bits](unsigned n) { return (bits >> n & 1) != 0; };
  f.stage1 = !bit(0);
  f.stage2 = bit(1) || !f.stage1;
  f.granule_4k = !bit(2);
  f.granule_16k = !bit(3);
  f.granule_64k = !bit(4) || (bit(2) && bit(3));
  f.input_address_bits = bit(5) && f.granule_64k ? 52 : 48;
  f.asid_16 = !bit(6);
  f.vmid_16 = !bit(7);
  f.two_level_contexts = !bit(8);
  f.range_invalidation = !bit(9);
  f.msi = !bit(10);
  f.ats = bit(11);
  f.split_stage_ats = bit(12);
  f.page_requests = bit(13);
  f.attribute_types_override = bit(14);
  f.attribute_permissions_override = bit(15);
  f.table_updates = static_cast<smmu::TableUpdates>(bits >> 16 & 3);
  if (f.table_updates > smmu::TableUpdates::dirty_state) f.table_updates = {};
  f.stall_model = static_cast<smmu::StallModel>(bits >> 18 & 3);
  if (f.stall_model > smmu::StallModel::forced) f.stall_model = smmu::StallModel::terminate;
  f.ignores_writes = bit(20);
  f.address_translation = bit(22);
  f.block_size_changes =
      bit(21) ? smmu::BlockSizeChanges::level_1 : smmu::BlockSizeChanges::level_2;
  f.output_address_bits = smmu::decode_address_size(static_cast<unsigned>(bits >> 24 & 7));
  if (f.output_address_bits == 52 && !f.granule_64k) f.output_address_bits = 48;
  f.substream_id_bits = static_cast<unsigned>(bits >> 32 & 31) % 21;
  return f;
}

}  // namespace doorbell::fuzz
