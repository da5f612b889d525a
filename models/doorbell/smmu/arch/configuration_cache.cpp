#include "doorbell/smmu/arch/configuration_cache.h"

namespace doorbell::smmu {

std::size_t ConfigurationCache::invalidate(const Invalidation& invalidation) {
  if (!invalidation.of_configuration()) return 0;
  std::size_t cds = 0;
  const auto remove = [&](const Key& key, StreamConfiguration& configuration) {
    if (!invalidation.covers_cd(key.stream_id, key.index)) return false;
    if (invalidation.scope == Invalidation::Scope::ste) return true;
    if (configuration.has_cd) ++cds;
    configuration.has_cd = false;
    return false;
  };
  const bool one = invalidation.first_stream == invalidation.last_stream;
  const std::size_t stes =
      one ? cache_.erase_group(invalidation.first_stream, remove) : cache_.erase_if(remove);
  cache_.counts().invalidation(cds);
  return stes + cds;
}

}  // namespace doorbell::smmu
