// What one parameter of an SMMU alone can't say.
#include <algorithm>
#include <string>
#include <tuple>

#include "doorbell/core/arch/clock_range.h"
#include "doorbell/core/arch/error.h"
#include "doorbell/smmu/arch/parameters.h"

namespace doorbell::smmu {

namespace {

/// What IHI 0070 6.3.2 and 6.3.6 rule out.
void check_features(const SmmuParameters& parameters) {
  const OfferedFeatures& offered = parameters.offered;
  constexpr unsigned most_linear = 6;
  if (!parameters.two_level_stream_table && parameters.stream_id_bits > most_linear) {
    throw InputError("smmu.two_level_stream_table: expected true with smmu.stream_id_bits=" +
                     std::to_string(parameters.stream_id_bits) + ", more than 6, found false");
  }
  if (!offered.stage1 && !offered.stage2) {
    throw InputError(
        "smmu.features.stage1, smmu.features.stage2: expected one that is true, found none");
  }
  if (!offered.stage1 && offered.substream_id_bits != 0) {
    throw InputError(
        "smmu.features.substream_id_bits: expected 0 with smmu.features.stage1=false, found " +
        std::to_string(offered.substream_id_bits));
  }
  if (!offered.granule_4k && !offered.granule_16k && !offered.granule_64k) {
    throw InputError(
        "smmu.features.granule_4k, granule_16k, granule_64k: expected one that is true, found "
        "none");
  }
  if (offered.input_address_size == InputAddressSize::bits_52 && !offered.granule_64k) {
    throw InputError(
        "smmu.features.input_address_size: expected 48 with smmu.features.granule_64k=false, "
        "found 52");
  }
  if (parameters.output_address_size == AddressSize::bits_52 && !offered.granule_64k) {
    throw InputError(
        "smmu.output_address_size: expected 48 or less with smmu.features.granule_64k=false, found "
        "52");
  }
}

/// IHI 0070 6.3.1: what depends on ATS, and on both stages.
void check_ats(const OfferedFeatures& offered) {
  if (offered.pri && !offered.ats)
    throw InputError("smmu.features.pri: expected false with smmu.features.ats=false, found true");
  if (offered.ats_split_stage && !(offered.ats && offered.stage1 && offered.stage2)) {
    throw InputError(
        "smmu.features.ats_split_stage: expected false without smmu.features.ats, "
        "smmu.features.stage1 and smmu.features.stage2, found true");
  }
}

void check_window(const ReservedWindow& window) {
  constexpr std::uint64_t page = 4096;
  if (window.base % page != 0 || window.size % page != 0) {
    throw InputError(
        "smmu.reserved_window.base, smmu.reserved_window.size: expected multiples of 4096, found " +
        std::to_string(window.base) + " and " + std::to_string(window.size));
  }
  if (window.size != 0 && window.base + (window.size - 1) < window.base) {
    throw InputError("smmu.reserved_window.base: expected room for smmu.reserved_window.size=" +
                     std::to_string(window.size) + " above it, found " +
                     std::to_string(window.base));
  }
}

std::string key_of(std::size_t tbu, const char* name) {
  return "smmu.tbus." + std::to_string(tbu) + "." + name;
}

/// A stalled transaction keeps its places in the TBU, and a credit of the TCU's: what doesn't stall
/// finds others (IHI 0070 16.4). `of` names the TBU; `own`: what it says itself of a size.
template <class Own>
void check_stallable(const SmmuParameters& parameters, const TbuParameters& tbu,
                     const std::string& of, Own own) {
  const std::tuple<const char*, std::uint32_t, std::uint32_t TbuEntry::*> places[] = {
      {"translation_slots", tbu.translation_slots, &TbuEntry::translation_slots},
      {"translation_requests", tbu.translation_requests, &TbuEntry::translation_requests},
      {"outstanding_reads", tbu.outstanding_reads, &TbuEntry::outstanding_reads},
      {"outstanding_writes", tbu.outstanding_writes, &TbuEntry::outstanding_writes}};
  const auto refuse = [&](const std::string& key, std::uint32_t count) {
    throw InputError(of + "stallable: expected less than " + key + "=" + std::to_string(count) +
                     ", found " + std::to_string(tbu.stallable));
  };
  for (const auto& [name, count, member] : places) {
    if (tbu.stallable >= count) refuse((own(member) != 0 ? of : "smmu.tbu.") + name, count);
  }
  const std::uint32_t slots = parameters.tcu.translation_slots;
  if (tbu.stallable >= slots) refuse("smmu.tcu.translation_slots", slots);
}

void check_stallable(const SmmuParameters& parameters) {
  using Size = std::uint32_t TbuEntry::*;
  check_stallable(parameters, parameters.tbu, "smmu.tbu.", [](Size) { return 0u; });
  for (std::size_t i = 0; i < parameters.tbus.size(); ++i) {
    const TbuEntry& entry = parameters.tbus[i];
    check_stallable(parameters, entry.over(parameters.tbu), key_of(i, ""),
                    [&entry](Size member) { return entry.*member; });
  }
}

/// Each StreamID is at one TBU.
void check_streams(const std::vector<TbuEntry>& tbus) {
  for (std::size_t i = 0; i < tbus.size(); ++i) {
    const TbuEntry& one = tbus[i];
    if (one.last_stream_id < one.first_stream_id) {
      throw InputError(key_of(i, "last_stream_id") + ": expected at least " +
                       key_of(i, "first_stream_id") + "=" + std::to_string(one.first_stream_id) +
                       ", found " + std::to_string(one.last_stream_id));
    }
    for (std::size_t other = 0; other < i; ++other) {
      const TbuEntry& before = tbus[other];
      const std::uint32_t first = std::max(one.first_stream_id, before.first_stream_id);
      if (first > std::min(one.last_stream_id, before.last_stream_id)) continue;
      throw InputError(key_of(i, "first_stream_id") + ", " + key_of(i, "last_stream_id") +
                       ": expected StreamIDs that none of smmu.tbus." + std::to_string(other) +
                       ".first_stream_id to last_stream_id is, found " + std::to_string(first) +
                       " in both");
    }
  }
}

void check_tlbs(const SmmuParameters& parameters) {
  for (std::size_t i = 0; i < parameters.tbus.size(); ++i) {
    const TbuParameters tbu = parameters.tbus[i].over(parameters.tbu);
    const auto check = [i](const CacheParameters& cache, const char* name, const char* ways) {
      if (cache.geometry.whole_sets()) return;
      throw InputError(key_of(i, name) + ": expected a multiple of " + ways + ", found " +
                       std::to_string(cache.geometry.entries));
    };
    check(tbu.micro_tlb, "micro_tlb_entries", "smmu.micro_tlb.ways");
    check(tbu.main_tlb, "main_tlb_entries", "smmu.tlb.ways");
  }
}

}  // namespace

void SmmuParameters::check() const {
  check_features(*this);
  check_ats(offered);
  check_stallable(*this);
  check_window(reserved_window);
  if (!is_clock(clock_frequency())) {
    throw InputError(
        "smmu.speed: expected a clock of 1MHz to 1000GHz with smmu.clock, in Hz, found " +
        std::to_string(clock_frequency()));
  }
  const auto check_cache = [](const std::string& name, const CacheParameters& cache) {
    if (cache.geometry.whole_sets()) return;
    throw InputError("smmu." + name + ".entries: expected a multiple of smmu." + name +
                     ".ways, or no more than that, found " +
                     std::to_string(cache.geometry.entries));
  };
  check_cache("micro_tlb", tbu.micro_tlb);
  check_cache("tlb", tbu.main_tlb);
  check_tlbs(*this);
  check_streams(tbus);
  check_cache("tcu.configuration_cache", tcu.configuration_cache);
  for (std::size_t level = 0; level < tcu.walk_cache.size(); ++level)
    check_cache("tcu.walk_cache_level" + std::to_string(level), tcu.walk_cache[level]);
  for (std::size_t level = 0; level < tcu.walk_cache_stage2.size(); ++level) {
    check_cache("tcu.walk_cache_stage2_level" + std::to_string(level),
                tcu.walk_cache_stage2[level]);
  }
}

}  // namespace doorbell::smmu
