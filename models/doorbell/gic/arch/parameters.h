#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/gic/arch/its_support.h"
#include "doorbell/gic/arch/spi_router.h"
#include "doorbell/gic/arch/table_attributes.h"

namespace doorbell::gic {

/// How many Security states there are (GICD_TYPER.SecurityExtn).
enum class SecurityStates : std::uint8_t { one, two };

/// What the whole GIC shares.
struct GicCommonParameters {
  std::uint64_t frequency = 1'000'000'000;  ///< hertz; the clock of all cycles below
  std::uint32_t spis = 224;
  std::uint32_t extended_spis = 0;
  std::uint32_t extended_ppis = 0;
  std::uint32_t intid_bits = 16;
  std::uint32_t priority_bits = 5;
  OneOfN one_of_n = OneOfN::none;
  bool message_spis = false;
  SecurityStates security = SecurityStates::one;
  std::uint32_t link_cycles =
      4;  ///< one way between ITS, distributor, redistributors, CPU interfaces
  std::uint32_t register_cycles = 4;  ///< an access to GICD, GICR or GITS registers
  void describe(ParameterGroup& group);
};

/// Where LPIs come from: an implementation has ITSs, or GICR_SETLPIR, or none (IHI 0069 5.1).
enum class LpiSupport : std::uint8_t { its, direct, none };

/// What devices write their MSIs to.
enum class DoorbellKind : std::uint8_t {
  its,  ///< GITS_TRANSLATER
  v2m,  ///< MSI_SETSPI_NS of a GICv2m frame
  spi,  ///< GICM_SETSPI_NSR of the distributor's alias frame
  lpi   ///< GICR_SETLPIR of each processor
};

/// Where one of the ITSs is.
struct ItsPlace {
  Time distance = 0;  ///< what its links and its table accesses take more, each way or access
  void describe(ParameterGroup& group);
};

/// Doorbells other than an ITS.
struct MessageParameters {
  std::uint32_t first_spi = 144;  ///< INTID of the first SPI that is for messages
  std::uint32_t spis = 64;
  std::uint32_t doorbell_cycles = 4;
  void describe(ParameterGroup& group);
};

/// The ITS: sizes and times of its caches, pipeline and memory port.
struct ItsParameters {
  std::uint32_t device_bits = 16;
  std::uint32_t event_bits = 16;
  std::uint32_t itt_entry_bytes = 12;
  std::uint32_t device_entry_bytes = 8;
  std::uint32_t collection_entry_bytes = 8;
  bool collection_table = true;
  bool collection_limit = true;
  std::uint32_t collection_bits = 16;
  std::uint32_t collections_inside = 0;
  bool cumulative_collections = false;
  bool physical_targets = false;
  bool report_unmapped = false;
  bool two_level_tables = true;
  ItsPageSizes page_sizes = ItsPageSizes::any;
  ItsShareability shareability = ItsShareability::any;
  std::uint32_t device_cache_entries = 32;
  std::uint32_t event_cache_entries = 256;
  std::uint32_t collection_cache_entries = 16;
  std::uint32_t level1_cache_entries = 8;
  std::uint32_t cache_ways = 2;
  std::uint32_t pipeline_cycles = 8;
  std::uint32_t command_cycles = 8;
  std::uint32_t doorbell_entries = 16;
  std::uint32_t translation_slots = 1;
  std::uint32_t outstanding_reads = 5;
  std::uint32_t outstanding_writes = 1;
  std::uint32_t lpi_credits = 16;
  bool stall_on_command_error = false;
  void describe(ParameterGroup& group);

 private:
  void describe_tables(ParameterGroup& group);
  void describe_collections(ParameterGroup& group);
  void describe_caches(ParameterGroup& group);
  void describe_queues(ParameterGroup& group);
};

/// Whose LPI cache it is.
enum class LpiCacheScope : std::uint8_t { chip, redistributor };

/// A redistributor, and the LPI cache.
struct RedistributorParameters {
  std::uint32_t lpi_cache_entries = 256;
  std::uint32_t lpi_cache_ways = 2;
  LpiCacheScope lpi_cache_scope = LpiCacheScope::chip;
  std::uint32_t pipeline_cycles = 4;
  std::uint32_t outstanding_reads = 4;
  std::uint32_t pending_table_changes = 16;
  TableShareability shareability = TableShareability::any;
  bool enable_can_clear = true;
  bool invalidate_registers = false;
  void describe(ParameterGroup& group);
};

/// A CPU interface.
struct CpuInterfaceParameters {
  Time register_access = 20 * nanosecond;
  std::uint32_t interrupt_cycles = 2;  ///< from the decision to the IRQ wire
  void describe(ParameterGroup& group);
};

/// All of it.
struct GicParameters {
  std::uint32_t speed = 1000;  ///< of its clock against `common.frequency`, in thousandths
  GicCommonParameters common;
  LpiSupport lpis = LpiSupport::its;
  DoorbellKind doorbell = DoorbellKind::its;
  MessageParameters messages;
  std::uint32_t its_count = 1;
  std::vector<ItsPlace> its_places{1};  ///< of the first ones; the rest are at no distance
  ItsParameters its;
  RedistributorParameters redistributor;
  CpuInterfaceParameters cpu_interface;
  /// What its cycles are of, in hertz.
  std::uint64_t clock_frequency() const;
  /// ITSs that there are: none when LPIs don't come from them.
  std::uint32_t itss() const { return lpis == LpiSupport::its ? its_count : 0; }
  Time its_distance(unsigned its) const {
    return its < its_places.size() ? its_places[its].distance : 0;
  }
  /// GICD_TYPER.MBIS: asked for, or as devices use it.
  bool message_spis() const { return common.message_spis || doorbell == DoorbellKind::spi; }
  void describe(ParameterGroup& group);
  /// Throws an InputError when values don't go together: SPIs in words of 32, caches in whole sets,
  /// entries that hold their fields, priorities of two Security states.
  void check() const;

 private:
  void check_its() const;
  void check_doorbell() const;
};

/// What the ITS supports by these parameters. `redistributors`: the physical address of each
/// processor's.
ItsSupport its_support(const GicCommonParameters& common, const ItsParameters& parameters,
                       const std::vector<std::uint64_t>& redistributors);

}  // namespace doorbell::gic
