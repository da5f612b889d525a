#include "doorbell/smmu/arch/untimed_access.h"

#include <cstddef>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/configuration_lookup.h"

namespace doorbell::smmu {

Task<Fault> UntimedAccess::find_configuration(const GlobalConfiguration& global,
                                              const Stream& stream, StreamConfiguration& result) {
  if (!global.stream_table.contains(stream.stream_id)) {
    return Task<Fault>::ready(Fault{EventType::C_BAD_STREAMID});
  }
  return fetch_configuration(global, stream, result, *this);
}

Task<WalkStart> UntimedAccess::start(const TranslationTag&, std::uint64_t,
                                     const WalkPosition& first, const Access&) {
  return Task<WalkStart>::ready(WalkStart{.position = first});
}

Task<bool> UntimedAccess::read(TablePurpose, unsigned, std::uint64_t address,
                               std::span<std::uint8_t> data) {
  for (std::size_t done = 0; done < data.size(); done += 8) {
    const auto word = read_(address + done);
    if (!word) return Task<bool>::ready(false);
    store_little_endian(data.subspan(done, 8), *word);
  }
  return Task<bool>::ready(true);
}

Task<Exchanged> UntimedAccess::exchange(TablePurpose, unsigned, std::uint64_t,
                                        std::uint64_t expected, std::uint64_t) {
  return Task<Exchanged>::ready(Exchanged{.ok = true, .old = expected});
}

}  // namespace doorbell::smmu
