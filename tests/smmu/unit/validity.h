#pragma once

#include <cstdint>
#include <functional>

#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/stream_table_entry.h"
#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {

/// Takes features out, or puts others in.
using Take = std::function<void(Features&)>;

/// What makes the most lines matter.
inline Features everything() {
  Features f;
  f.stage2 = f.ats = f.split_stage_ats = true;
  f.substream_id_bits = 8;
  f.stall_model = StallModel::configurable;
  f.table_updates = TableUpdates::dirty_state;
  f.output_address_bits = 48;
  f.attribute_types_override = f.attribute_permissions_override = true;
  return f;
}
inline constexpr auto as_they_are = [](Features&) {};

/// A field of a structure, set to a value.
struct Change {
  unsigned word = 0;
  std::uint64_t mask = 0;
  std::uint64_t value = 0;

  void apply(ConfigurationWords& words) const {
    words[word] = (words[word] & ~mask) | field_prep(mask, value);
  }
};
inline constexpr Change nothing{0, 0, 0};

/// One line of the pseudocode: with these features, and `other` having been set as well.
struct Line {
  const char* name;
  unsigned config;
  Take features;
  Change change;
  Change other = nothing;
};

}  // namespace doorbell::smmu
