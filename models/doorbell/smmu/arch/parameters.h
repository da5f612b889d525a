#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/core/arch/parameters.h"
#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/invalidation.h"

namespace doorbell::smmu {

/// A cache: its shape, and the cycles of a lookup.
struct CacheParameters {
  CacheGeometry geometry;
  std::uint32_t latency = 1;  ///< cycles
  const char* source = "";
  bool may_be_off = false;  ///< 0 entries: there is none.

  void describe(ParameterGroup& group);
};

/// The translation buffer unit beside a requester. Cycles are of the SMMU's clock.
struct TbuParameters {
  CacheParameters micro_tlb{{32, 32, ReplacementPolicy::plru, 1},
                            1,
                            "[G5] 32 entries, 1 cycle; [M600] fully associative, PLRU"};
  CacheParameters main_tlb{{2048, 4, ReplacementPolicy::random, 2},
                           3,
                           "[G5] 2048 entries, 3 cycles; [M600] 4 ways, RANDOM"};
  std::uint32_t main_tlb_interval = 1;    ///< cycles between two lookups
  std::uint32_t outstanding_reads = 128;  ///< transactions inside the TBU, until their response
  std::uint32_t outstanding_writes = 128;
  std::uint32_t translation_slots = 16;     ///< of them, transactions that are being translated
  std::uint32_t translation_requests = 64;  ///< DTI tokens: requests at the TCU at a time
  std::uint32_t invalidation = 4;           ///< cycles of one invalidation in the TLBs
  std::uint32_t default_stream_id = 0;      ///< of transactions that carry no Requester
  /// Transactions that may be stalled at a time; what would be more is terminated. Of TBUs beside
  /// `SmmuParameters::tbus`: those of the list say it each for itself.
  std::uint32_t stallable = 0;

  void describe(ParameterGroup& group);
};

/// One of the TBUs of an SMMU: whose transactions pass it, and where it isn't as `TbuParameters`
/// say of all. 0 leaves a size as it is there.
struct TbuEntry {
  std::uint32_t first_stream_id = 0;  ///< The StreamIDs that pass it, both ends included
  std::uint32_t last_stream_id = UINT32_MAX;
  std::uint32_t micro_tlb_entries = 0;
  std::uint32_t main_tlb_entries = 0;
  std::uint32_t outstanding_reads = 0;
  std::uint32_t outstanding_writes = 0;
  std::uint32_t translation_slots = 0;
  std::uint32_t translation_requests = 0;
  /// As `TbuParameters` have it, but never taken from there: PCIe, which never stalls (IHI 0070
  /// 16.4), is behind other TBUs than what does.
  std::uint32_t stallable = 0;

  void describe(ParameterGroup& group);
  /// `all`, but for what is different here.
  TbuParameters over(TbuParameters all) const;
};

/// What the translation control unit has for ATCs, with `features.ats`.
struct AtsParameters {
  std::uint32_t link = 8;                   ///< cycles, one way, between root complex and TCU
  std::uint32_t requests = 64;              ///< Translation Requests here at a time
  std::uint32_t translations = 1;           ///< of a completion, at most
  std::uint32_t page_requests = 16;         ///< that may be on their way into the PRI queue
  std::uint32_t invalidation_command = 50;  ///< cycles of CMD_ATC_INV until it is sent
  Time invalidation_timeout = 60 * second;  ///< ps until an ATC is given up

  void describe(ParameterGroup& group);
};

/// The translation control unit. Cycles are of the SMMU's clock.
struct TcuParameters {
  std::uint32_t translation_slots = 64;
  std::uint32_t walkers = 16;  ///< walks at a time
  /// STEs, CDs and level-1 descriptors that aren't valid are kept until a CFGI as others are, which
  /// IHI 0070 3.21.3 permits.
  bool cache_invalid_structures = false;
  CacheParameters configuration_cache{
      {64, 4, ReplacementPolicy::random, 3}, 3, "[G5] 64 entries, 4 ways, 3 cycles"};
  std::array<CacheParameters, 4> walk_cache{{
      {{256, 4, ReplacementPolicy::random, 4},
       4,
       "[AG5] S1L0 256 entries; [G5] 4 ways, 4 cycles",
       true},
      {{256, 4, ReplacementPolicy::random, 5},
       4,
       "[AG5] S1L1 256 entries; [G5] 4 ways, 4 cycles",
       true},
      {{256, 4, ReplacementPolicy::random, 6},
       4,
       "[AG5] S1L2 256 entries; [G5] 4 ways, 4 cycles",
       true},
      {{256, 4, ReplacementPolicy::random, 7},
       4,
       "[AG5] S1L3 256 entries; [G5] 4 ways, 4 cycles",
       true},
  }};
  std::array<CacheParameters, 4> walk_cache_stage2{{
      {{256, 4, ReplacementPolicy::random, 8},
       4,
       "[AG5] S2L0 256 entries; [G5] 4 ways, 4 cycles",
       true},
      {{256, 4, ReplacementPolicy::random, 9},
       4,
       "[AG5] S2L1 256 entries; [G5] 4 ways, 4 cycles",
       true},
      {{256, 4, ReplacementPolicy::random, 10},
       4,
       "[AG5] S2L2 256 entries; [G5] 4 ways, 4 cycles",
       true},
      {{256, 4, ReplacementPolicy::random, 11},
       4,
       "[AG5] S2L3 256 entries; [G5] 4 ways, 4 cycles",
       true},
  }};
  std::uint32_t register_access = 4;        ///< cycles of a register access
  std::uint32_t command_decode = 2;         ///< cycles of every command
  std::uint32_t invalidation_command = 50;  ///< cycles of CFGI and TLBI beside decoding
  std::uint32_t prefetch_command = 8;       ///< cycles until PREFETCH has started its fetches
  std::uint32_t response_command = 8;  ///< cycles of RESUME, STALL_TERM, PRI_RESP beside decoding
  std::uint32_t sync_command = 132;    ///< cycles of SYNC beside decoding and what it waits for
  std::uint32_t acknowledgement = 1;   ///< cycles of what a TBU answers to an invalidation or SYNC
  std::uint32_t command_fetch = 4;     ///< commands read at a time
  /// Records, the latest, with which an event may be merged while they aren't visible; 0: none.
  std::uint32_t event_merge_window = 4;
  std::uint32_t msi_device_id = 0;  ///< DeviceID of the SMMU's own MSIs
  AtsParameters ats;

  void describe(ParameterGroup& group);
};

/// IDR5.OAS.
enum class AddressSize : std::uint8_t {
  bits_32 = 32,
  bits_36 = 36,
  bits_40 = 40,
  bits_42 = 42,
  bits_44 = 44,
  bits_48 = 48,
  bits_52 = 52,
};

/// IDR5.VAX: of what each TTBx translates.
enum class InputAddressSize : std::uint8_t { bits_48 = 48, bits_52 = 52 };

/// IDR0.ASID16 and VMID16: how wide ASIDs and VMIDs are.
enum class IdentifierSize : std::uint8_t { bits_8 = 8, bits_16 = 16 };

/// IDR0.TERM_MODEL: how a transaction that faults in stage 1 may be terminated.
enum class TerminationModel : std::uint8_t { abort, configurable };

/// IDR1.ATTR_TYPES_OVR and ATTR_PERMS_OVR: what STEs and SMMU_GBPA override of transactions'
/// attributes, memory type and shareability, or privilege and instruction.
enum class OfferedOverrides : std::uint8_t { none, types, permissions, both };

/// What of the architecture is there to be used, as the identification registers say it.
struct OfferedFeatures {
  bool stage1 = true;  ///< IDR0.S1P
  bool stage2 = true;  ///< IDR0.S2P, and what it brings: IDR0.Hyp, IDR3.XNX and FWB
  BlockSizeChanges block_size_changes = BlockSizeChanges::level_2;  ///< IDR3.BBML
  OfferedOverrides attribute_overrides = OfferedOverrides::none;
  bool granule_4k = true;   ///< IDR5.GRAN4K
  bool granule_16k = true;  ///< IDR5.GRAN16K
  bool granule_64k = true;  ///< IDR5.GRAN64K
  InputAddressSize input_address_size = InputAddressSize::bits_48;
  IdentifierSize asid_size = IdentifierSize::bits_16;  ///< IDR0.ASID16
  IdentifierSize vmid_size = IdentifierSize::bits_16;  ///< IDR0.VMID16
  std::uint32_t substream_id_bits = 0;                 ///< IDR1.SSIDSIZE
  bool two_level_context_table = true;                 ///< IDR0.CD2L
  TableUpdates table_updates = TableUpdates::none;     ///< IDR0.HTTU
  StallModel stall = StallModel::terminate;            ///< IDR0.STALL_MODEL
  std::uint32_t stall_max = 16;                        ///< IDR5.STALL_MAX, where there are stalls
  TerminationModel termination_model = TerminationModel::abort;  ///< IDR0.TERM_MODEL
  bool address_translation_operations = false;                   ///< IDR0.ATOS
  bool ats = false;                                              ///< IDR0.ATS
  bool ats_split_stage = false;               ///< IDR0.NS1ATS = 0, with both stages
  bool pri = false;                           ///< IDR0.PRI
  std::uint32_t page_request_queue_log2 = 9;  ///< IDR1.PRIQS, with `pri`

  void describe(ParameterGroup& group);
};

/// Not of the architecture: addresses that the TBU leaves alone, as an x86 IOMMU does those of its
/// interrupts. A 4-byte write to them goes on untranslated, whatever the stream's configuration;
/// any other access is terminated, without an event. Software maps nothing there.
struct ReservedWindow {
  std::uint64_t base = 0;
  std::uint64_t size = 0;  ///< bytes; 0: there is none

  bool contains(std::uint64_t address) const { return address - base < size; }
  void describe(ParameterGroup& group);
};

/// An SMMU: one TCU with its TBUs, at least one.
struct SmmuParameters {
  std::uint64_t clock = 1'000'000'000;  ///< hertz
  std::uint32_t speed = 1000;           ///< of its clock against `clock`, in thousandths
  std::uint32_t dti_latency = 8;        ///< cycles, one way, between TBU and TCU
  std::uint32_t dti_width = 20;         ///< bytes a cycle, each way, of each TBU
  std::uint32_t stream_id_bits = 16;
  bool two_level_stream_table = true;  ///< IDR0.ST_LEVEL
  std::uint32_t command_queue_log2 = 16;
  std::uint32_t event_queue_log2 = 15;
  AddressSize output_address_size = AddressSize::bits_44;
  bool msi = true;                 ///< IDR0.MSI
  bool send_event = true;          ///< IDR0.SEV
  bool range_invalidation = true;  ///< IDR3.RIL
  /// Entries of TBUs for whole groups of the Contiguous hint (DDI 0487 D8.7.1).
  bool contiguous_entries = false;
  /// What invalidations take beyond what they must.
  OverInvalidation over_invalidate = OverInvalidation::none;
  /// Of each performance monitor counter group, one for each TBU and one for the TCU; 0: none.
  std::uint32_t performance_counters = 8;
  OfferedFeatures offered;
  ReservedWindow reserved_window;
  TbuParameters tbu;  ///< All of them, but for what `tbus` say.
  std::vector<TbuEntry> tbus{1};
  TcuParameters tcu;

  Features features() const;
  /// The same with `tbu` as that of the `n`-th of `tbus`.
  SmmuParameters of_tbu(std::size_t n) const;
  /// Of the `n`-th TBU of a TCU: those of `tbus` come first, then further ones.
  std::uint32_t stallable_of(std::size_t n) const;
  /// What its cycles are of, in hertz.
  std::uint64_t clock_frequency() const;
  void describe(ParameterGroup& group);
  /// Throws InputError when a cache has no whole sets, features contradict each other, or a
  /// StreamID belongs to two TBUs.
  void check() const;
};

}  // namespace doorbell::smmu
