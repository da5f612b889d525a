#include "doorbell/smmu/arch/configuration_cache.h"

namespace doorbell::smmu {

/// Whether a level-1 descriptor goes with what is invalidated. An STE takes the L1CDs that it leads
/// to along whatever Leaf says (IHI 0070 4.3.1).
bool ConfigurationCache::leads_to(const Invalidation& invalidation, const Key& key) {
  const LevelOneDescriptor which{key.kind == Kind::context_descriptor, key.log2_entries,
                                 key.stream_id, key.index};
  const bool of_ste = invalidation.scope == Invalidation::Scope::ste;
  if (!which.of_cds) {
    return of_ste && !invalidation.leaf &&
           invalidation.covers_streams(which.stream_id, which.last_stream());
  }
  if (of_ste || invalidation.all_substreams) return invalidation.covers_stream(which.stream_id);
  return !invalidation.leaf && invalidation.covers_stream(which.stream_id) &&
         LevelOneDescriptor::of_context(which.stream_id, invalidation.substream_id,
                                        which.log2_entries) == which;
}

std::size_t ConfigurationCache::invalidate(const Invalidation& invalidation) {
  if (!invalidation.of_configuration()) return 0;
  std::size_t cds = 0;
  const auto remove = [&](const Key& key, Value& value) {
    if (key.kind != Kind::structures) return leads_to(invalidation, key);
    if (!invalidation.covers_cd(key.stream_id, key.index)) return false;
    if (invalidation.scope == Invalidation::Scope::ste) return true;
    StreamConfiguration& configuration = value.structures;
    if (configuration.has_cd || configuration.bad_cd) ++cds;
    configuration.has_cd = configuration.bad_cd = false;
    return false;
  };
  std::size_t removed = 0;
  if (invalidation.first_stream == invalidation.last_stream) {
    const std::uint32_t stream = invalidation.first_stream;
    removed = cache_.erase_group(stream, remove);
    for (const unsigned split : stream_table_splits)
      removed += cache_.erase_group(group_of_descriptors(stream >> split << split, split), remove);
  } else {
    removed = cache_.erase_if(remove);
  }
  cache_.counts().invalidation(cds);
  return removed + cds;
}

}  // namespace doorbell::smmu
