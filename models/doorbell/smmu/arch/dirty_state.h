#pragma once

#include <cstdint>

namespace doorbell::smmu {

/// What hardware updates in the leaf descriptors of a stage (HTTU, IHI 0070 3.13): CD.HA and HD, or
/// STE.S2HA and S2HD. Dirty state is never updated without the Access flag: {HD, HA} = 0b10 is as
/// neither (5.4 HA, 5.2 S2HA).
struct HardwareUpdates {
  bool access_flag = false;
  bool dirty_state = false;

  static constexpr HardwareUpdates of(bool HA, bool HD) { return {HA, HA && HD}; }
  constexpr bool operator==(const HardwareUpdates&) const = default;
};

/// Which stage's descriptor it is: they say in different bits that they are writable.
enum class DescriptorStage : std::uint8_t { stage1, stage2 };

/// Whether this Page or Block descriptor is writable-clean (DDI 0487 D8.5.2): made to be written
/// (DBM), and not yet written to as far as its AP[2] or S2AP[1] says.
bool is_writable_clean(DescriptorStage stage, std::uint64_t word, HardwareUpdates updates);

/// The descriptor that permissions are checked with: a writable-clean one counts as writable, for
/// whether it may be executed, too (IHI 0070 3.13.8).
std::uint64_t as_writable(DescriptorStage stage, std::uint64_t word, HardwareUpdates updates);

/// What becomes of this Page or Block descriptor by an access that the permissions of `as_writable`
/// allow: the same if no update is due. `write`: by a write that is not speculative; the fetch of a
/// CD is none, nor is a prefetch, while the update of a stage 1 descriptor is one for stage 2 (IHI
/// 0070 3.13.3.1, 3.13.5). AF is never cleared, DBM never changed, AP[2] never set, S2AP[1] never
/// cleared.
std::uint64_t after_access(DescriptorStage stage, std::uint64_t word, HardwareUpdates updates,
                           bool write);

/// How often an update may lose against another writer before the walk is given up with
/// F_WALK_EABT: the architecture has no bound, and a guest that always wins must not hang the
/// model.
inline constexpr unsigned most_lost_updates = 64;

}  // namespace doorbell::smmu
