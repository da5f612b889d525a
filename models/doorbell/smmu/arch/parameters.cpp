#include "doorbell/smmu/arch/parameters.h"

#include <string>

#include "doorbell/core/arch/clock_range.h"

namespace doorbell::smmu {

void CacheParameters::describe(ParameterGroup& group) {
  group.add("entries", geometry.entries,
            {.unit = "entries",
             .minimum = may_be_off ? 0u : 1u,
             .maximum = 65536,
             .source = source,
             .help = may_be_off ? "Capacity; 0 leaves it out" : "Capacity"});
  group.add("ways", geometry.ways,
            {.unit = "ways",
             .minimum = 1,
             .maximum = 65536,
             .source = source,
             .help = "Associativity; as many as entries, or more, is fully associative"});
  group.add("replacement", geometry.replacement,
            {{"round_robin", ReplacementPolicy::round_robin},
             {"random", ReplacementPolicy::random},
             {"plru", ReplacementPolicy::plru},
             {"lru", ReplacementPolicy::lru}},
            {.source = source, .help = "Which entry of a full set makes room"});
  group.add("seed", geometry.seed,
            {.source = "arbitrary", .help = "Seed of the random replacement"});
  group.add("latency", latency,
            {.unit = "cycles", .maximum = 1000, .source = source, .help = "Of a lookup"});
}

void TbuParameters::describe(ParameterGroup& group) {
  group.add("main_tlb_interval", main_tlb_interval,
            {.unit = "cycles",
             .minimum = 1,
             .maximum = 1000,
             .source = "[M600] one lookup a cycle",
             .help = "Between two lookups of the main TLB"});
  group.add("outstanding_reads", outstanding_reads,
            {.unit = "reads",
             .minimum = 1,
             .maximum = 65536,
             .source = "[M500] 128",
             .help = "Reads inside the TBU until their response"});
  group.add("outstanding_writes", outstanding_writes,
            {.unit = "writes",
             .minimum = 1,
             .maximum = 65536,
             .source = "[M500] 128",
             .help = "Writes inside the TBU until their response"});
  group.add("translation_slots", translation_slots,
            {.unit = "slots",
             .minimum = 1,
             .maximum = 65536,
             .source = "[G5] 16 to [AG5] 256",
             .help = "Transactions in translation at a time"});
  group.add("translation_requests", translation_requests,
            {.unit = "requests",
             .minimum = 1,
             .maximum = 256,
             .source = "[AG5] up to 256 DTI tokens",
             .help = "Translation requests at the TCU at a time"});
  group.add("invalidation", invalidation,
            {.unit = "cycles",
             .maximum = 10000,
             .source = "assumption",
             .help = "One invalidation in the TLBs"});
  group.add("default_stream_id", default_stream_id,
            {.source = "integrator's choice", .help = "StreamID of transactions that carry none"});
  group.add(
      "stallable", stallable,
      {.unit = "transactions",
       .maximum = 65535,
       .source = "assumption: none, as of PCIe",
       .help = "With features.stall, those that may be stalled at a time; more is terminated. Of "
               "TBUs of devices of one's own"});
}

namespace {

/// A size of one TBU, where it isn't that of all.
void add_size(ParameterGroup& group, const char* name, std::uint32_t& value, const char* unit,
              std::uint32_t maximum, const char* like) {
  group.add(name, value,
            {.unit = unit,
             .maximum = maximum,
             .source = "as all TBUs",
             .help = std::string("Of this TBU alone; 0 is as ") + like + " says"});
}

}  // namespace

void TbuEntry::describe(ParameterGroup& group) {
  group.add("first_stream_id", first_stream_id,
            {.unit = "ID",
             .source = "integrator's choice",
             .help = "Lowest StreamID of what passes it",
             .visible_to_software = true});
  group.add("last_stream_id", last_stream_id,
            {.unit = "ID",
             .source = "integrator's choice: one TBU takes all",
             .help = "Highest StreamID of what passes it; no other TBU has one between",
             .visible_to_software = true});
  add_size(group, "micro_tlb_entries", micro_tlb_entries, "entries", 65536, "smmu.micro_tlb");
  add_size(group, "main_tlb_entries", main_tlb_entries, "entries", 65536, "smmu.tlb");
  add_size(group, "outstanding_reads", outstanding_reads, "reads", 65536, "smmu.tbu");
  add_size(group, "outstanding_writes", outstanding_writes, "writes", 65536, "smmu.tbu");
  add_size(group, "translation_slots", translation_slots, "slots", 65536, "smmu.tbu");
  add_size(group, "translation_requests", translation_requests, "requests", 256, "smmu.tbu");
  group.add(
      "stallable", stallable,
      {.unit = "transactions",
       .maximum = 65535,
       .source = "assumption: none, as of PCIe",
       .help = "With features.stall, those of this TBU that may be stalled at a time; more is "
               "terminated"});
}

TbuParameters TbuEntry::over(TbuParameters all) const {
  const auto resize = [](CacheGeometry& cache, std::uint32_t entries) {
    if (entries == 0) return;
    if (cache.ways >= cache.entries) cache.ways = entries;  // stays fully associative
    cache.entries = entries;
  };
  const auto set = [](std::uint32_t& of_all, std::uint32_t here) {
    if (here != 0) of_all = here;
  };
  resize(all.micro_tlb.geometry, micro_tlb_entries);
  resize(all.main_tlb.geometry, main_tlb_entries);
  set(all.outstanding_reads, outstanding_reads);
  set(all.outstanding_writes, outstanding_writes);
  set(all.translation_slots, translation_slots);
  set(all.translation_requests, translation_requests);
  all.stallable = stallable;
  return all;
}

SmmuParameters SmmuParameters::of_tbu(std::size_t n) const {
  SmmuParameters parameters = *this;
  parameters.tbu = tbus.at(n).over(tbu);
  return parameters;
}

std::uint32_t SmmuParameters::stallable_of(std::size_t n) const {
  return n < tbus.size() ? tbus[n].stallable : tbu.stallable;
}

void TcuParameters::describe(ParameterGroup& group) {
  group.add("translation_slots", translation_slots,
            {.unit = "slots",
             .minimum = 1,
             .maximum = 65536,
             .source = "[G5], [AG5] 64",
             .help = "Translations at a time"});
  group.add("walkers", walkers,
            {.unit = "walks",
             .minimum = 1,
             .maximum = 1024,
             .source = "[G5] 16; [M500] 8; about 6 fits VT-d",
             .help = "Table walks at a time"});
  group.group("configuration_cache", configuration_cache,
              "STEs, CDs and level-1 descriptors of their tables");
  group.add("cache_invalid_structures", cache_invalid_structures,
            {.source = "IHI 0070 3.21.3 permits both",
             .help = "STEs, CDs and level-1 descriptors that aren't valid are cached, too: what a "
                     "driver makes valid needs a CFGI before its first use"});
  group.group("walk_cache_level0", walk_cache[0], "Stage 1 descriptors of level 0");
  group.group("walk_cache_level1", walk_cache[1], "Stage 1 descriptors of level 1");
  group.group("walk_cache_level2", walk_cache[2], "Stage 1 descriptors of level 2");
  group.group("walk_cache_level3", walk_cache[3], "Stage 1 descriptors of level 3: pages");
  group.group("walk_cache_stage2_level0", walk_cache_stage2[0], "Stage 2 descriptors of level 0");
  group.group("walk_cache_stage2_level1", walk_cache_stage2[1], "Stage 2 descriptors of level 1");
  group.group("walk_cache_stage2_level2", walk_cache_stage2[2], "Stage 2 descriptors of level 2");
  group.group("walk_cache_stage2_level3", walk_cache_stage2[3],
              "Stage 2 descriptors of level 3: what pages of stage 1's output are");
  group.add(
      "register_access", register_access,
      {.unit = "cycles", .maximum = 10000, .source = "assumption", .help = "A register access"});
  group.add("command_decode", command_decode,
            {.unit = "cycles", .maximum = 10000, .source = "assumption", .help = "Every command"});
  group.add(
      "invalidation_command", invalidation_command,
      {.unit = "cycles",
       .maximum = 100000,
       .source = "[JG2] with a CMD_SYNC 262 ns, in the middle of 200 to 324 (docs/timing.md, V6)",
       .help = "CFGI and TLBI beside decoding"});
  group.add("prefetch_command", prefetch_command,
            {.unit = "cycles",
             .maximum = 100000,
             .source = "assumption",
             .help = "PREFETCH until its fetches have started"});
  group.add("response_command", response_command,
            {.unit = "cycles",
             .maximum = 100000,
             .source = "assumption",
             .help = "RESUME, STALL_TERM and PRI_RESP beside decoding"});
  group.add("sync_command", sync_command,
            {.unit = "cycles",
             .maximum = 100000,
             .source = "[BS] idle CMD_SYNC of 240 ns, as its driver waits (docs/timing.md, V6)",
             .help = "CMD_SYNC beside decoding and what it waits for"});
  group.add("acknowledgement", acknowledgement,
            {.unit = "cycles",
             .maximum = 10000,
             .source = "assumption",
             .help = "Between two acknowledgements of TBUs that the TCU takes in"});
  group.add("command_fetch", command_fetch,
            {.unit = "commands",
             .minimum = 1,
             .maximum = 64,
             .source = "a 64-byte line",
             .help = "Commands read from the queue at a time"});
  group.add(
      "event_merge_window", event_merge_window,
      {.unit = "records",
       .maximum = 64,
       .source = "assumption",
       .help = "Latest records, not visible yet, that may stand for one more event; 0: none"});
  group.add("msi_device_id", msi_device_id,
            {.source = "integrator's choice",
             .help = "DeviceID of the SMMU's own MSIs",
             .visible_to_software = true});
  group.group("ats", ats, "What is there for ATCs, with ATS");
}

void OfferedFeatures::describe(ParameterGroup& group) {
  group.add("stage1", stage1,
            {.source = "[M600] has both stages",
             .help = "IDR0.S1P: stage 1, by itself and above stage 2",
             .visible_to_software = true});
  group.add("stage2", stage2,
            {.source = "[M600] has both stages",
             .help = "IDR0.S2P: stage 2, by itself and below stage 1",
             .visible_to_software = true});
  group.add(
      "bbml", block_size_changes,
      {{"1", BlockSizeChanges::level_1}, {"2", BlockSizeChanges::level_2}},
      {.source = "assumption",
       .help = "IDR3.BBML: without break-before-make a block and pages conflict (1), or don't",
       .visible_to_software = true});
  group.add("attribute_overrides", attribute_overrides,
            {{"none", OfferedOverrides::none},
             {"types", OfferedOverrides::types},
             {"permissions", OfferedOverrides::permissions},
             {"both", OfferedOverrides::both}},
            {.source = "[QEMU] has none",
             .help = "IDR1.ATTR_TYPES_OVR, ATTR_PERMS_OVR: what STEs and GBPA may override",
             .visible_to_software = true});
  group.add("granule_4k", granule_4k,
            {.source = "[QEMU], [M600] have all",
             .help = "IDR5.GRAN4K: tables of 4 KiB granules",
             .visible_to_software = true});
  group.add("granule_16k", granule_16k,
            {.source = "[QEMU], [M600] have all",
             .help = "IDR5.GRAN16K: tables of 16 KiB granules",
             .visible_to_software = true});
  group.add("granule_64k", granule_64k,
            {.source = "[QEMU], [M600] have all",
             .help = "IDR5.GRAN64K: tables of 64 KiB granules",
             .visible_to_software = true});
  group.add("input_address_size", input_address_size,
            {{"48", InputAddressSize::bits_48}, {"52", InputAddressSize::bits_52}},
            {.unit = "bits",
             .source = "[QEMU] 48 bits",
             .help = "IDR5.VAX: of what each TTBx translates, 52 with granules of 64 KiB",
             .visible_to_software = true});
  group.add("asid_size", asid_size,
            {{"8", IdentifierSize::bits_8}, {"16", IdentifierSize::bits_16}},
            {.unit = "bits",
             .source = "[QEMU], [M600] have 16 bits",
             .help = "IDR0.ASID16: of ASIDs, in CDs and in invalidations",
             .visible_to_software = true});
  group.add("vmid_size", vmid_size,
            {{"8", IdentifierSize::bits_8}, {"16", IdentifierSize::bits_16}},
            {.unit = "bits",
             .source = "[QEMU], [M600] have 16 bits",
             .help = "IDR0.VMID16: of VMIDs, in STEs and in invalidations, with stage 2",
             .visible_to_software = true});
  group.add("substream_id_bits", substream_id_bits,
            {.unit = "bits",
             .maximum = 20,
             .source = "[QEMU] has none",
             .help = "IDR1.SSIDSIZE: of SubstreamIDs, PASIDs of PCIe; 0 is none",
             .visible_to_software = true});
  group.add("two_level_context_table", two_level_context_table,
            {.source = "[M600] has it",
             .help = "IDR0.CD2L, with substreams: tables of CDs may have two levels",
             .visible_to_software = true});
  group.add("table_updates", table_updates,
            {{"none", TableUpdates::none},
             {"access", TableUpdates::access_flag},
             {"dirty", TableUpdates::dirty_state}},
            {.source = "[QEMU] none",
             .help = "IDR0.HTTU: what translations set in descriptors, the Access flag or both",
             .visible_to_software = true});
  group.add("stall", stall,
            {{"none", StallModel::terminate},
             {"supported", StallModel::configurable},
             {"forced", StallModel::forced}},
            {.source = "[QEMU] none",
             .help = "IDR0.STALL_MODEL: whether faults may stall until software has answered them",
             .visible_to_software = true});
  group.add(
      "stall_max", stall_max,
      {.unit = "transactions",
       .minimum = 1,
       .maximum = 65535,
       .source = "assumption",
       .help = "IDR5.STALL_MAX: stalls that may be recorded and not answered, where there are any",
       .visible_to_software = true});
  group.add(
      "termination_model", termination_model,
      {{"abort", TerminationModel::abort}, {"configurable", TerminationModel::configurable}},
      {.source = "[QEMU] abort",
       .help = "IDR0.TERM_MODEL: faults of stage 1 abort, or CD.A says whether they are RAZ/WI",
       .visible_to_software = true});
  group.add("address_translation_operations", address_translation_operations,
            {.source = "[QEMU] has none",
             .help = "IDR0.ATOS: SMMU_GATOS_*, by which software has an address translated",
             .visible_to_software = true});
  group.add("ats", ats,
            {.source = "[QEMU] has none",
             .help = "IDR0.ATS: Translation Requests, and Translated transactions, of ATCs",
             .visible_to_software = true});
  group.add("ats_split_stage", ats_split_stage,
            {.source = "[QEMU] has none",
             .help = "IDR0.NS1ATS = 0: ATCs may be given what stage 1 alone makes",
             .visible_to_software = true});
  group.add("pri", pri,
            {.source = "[QEMU] has none",
             .help = "IDR0.PRI: page requests of ATCs come into a queue",
             .visible_to_software = true});
  group.add("page_request_queue_log2", page_request_queue_log2,
            {.unit = "log2 entries",
             .maximum = 19,
             .source = "assumption",
             .help = "IDR1.PRIQS, where there are page requests",
             .visible_to_software = true});
}

void ReservedWindow::describe(ParameterGroup& group) {
  group.add("base", base,
            {.unit = "bytes",
             .source = "integrator's choice",
             .help = "Its first address, as devices say it",
             .visible_to_software = true});
  group.add("size", size,
            {.unit = "bytes",
             .maximum = 1 << 20,
             .source = "not of the architecture; x86 has 1 MiB at 0xfee00000",
             .help = "4-byte writes to it go on untranslated, as MSIs do on x86; 0: there is none",
             .visible_to_software = true});
}

Features SmmuParameters::features() const {
  Features f;
  f.stream_id_bits = stream_id_bits;
  f.two_level_streams = two_level_stream_table;
  f.command_queue_log2 = command_queue_log2;
  f.event_queue_log2 = event_queue_log2;
  f.output_address_bits = static_cast<unsigned>(output_address_size);
  f.msi = msi;
  f.send_event = send_event;
  f.range_invalidation = range_invalidation;
  f.stage1 = offered.stage1;
  f.stage2 = offered.stage2;
  f.block_size_changes = offered.block_size_changes;
  const OfferedOverrides overrides = offered.attribute_overrides;
  f.attribute_types_override =
      overrides == OfferedOverrides::types || overrides == OfferedOverrides::both;
  f.attribute_permissions_override =
      overrides == OfferedOverrides::permissions || overrides == OfferedOverrides::both;
  f.granule_4k = offered.granule_4k;
  f.granule_16k = offered.granule_16k;
  f.granule_64k = offered.granule_64k;
  f.input_address_bits = static_cast<unsigned>(offered.input_address_size);
  f.asid_16 = offered.asid_size == IdentifierSize::bits_16;
  f.vmid_16 = offered.vmid_size == IdentifierSize::bits_16;
  f.substream_id_bits = offered.substream_id_bits;
  f.two_level_contexts = offered.two_level_context_table;
  f.table_updates = offered.table_updates;
  f.stall_model = offered.stall;
  f.stall_max = offered.stall == StallModel::terminate ? 0 : offered.stall_max;
  f.ignores_writes = offered.termination_model == TerminationModel::configurable;
  f.address_translation = offered.address_translation_operations;
  f.ats = offered.ats;
  f.split_stage_ats = offered.ats_split_stage;
  f.page_requests = offered.pri;
  f.page_request_queue_log2 = offered.pri ? offered.page_request_queue_log2 : 0;
  return f;
}

void SmmuParameters::describe(ParameterGroup& group) {
  group.frequency("clock", clock,
                  {.minimum = 1'000'000,
                   .maximum = 10'000'000'000,
                   .source = "assumption",
                   .help = "Clock of TCU and TBU"});
  group.factor("speed", speed,
               {.minimum = slowest_speed,
                .maximum = fastest_speed,
                .source = "1 is as it is",
                .help = "What if: all its cycles are so many times as fast"});
  group.add("dti_latency", dti_latency,
            {.unit = "cycles",
             .maximum = 10000,
             .source = "[G5] 8 cycles each way",
             .help = "TBU to TCU, one way"});
  group.add("dti_width", dti_width,
            {.unit = "bytes a cycle",
             .minimum = 1,
             .maximum = 1024,
             .source = "a request of 160 bits a cycle; the rest is an assumption",
             .help = "Of each TBU's link to the TCU, each way"});
  group.add("stream_id_bits", stream_id_bits,
            {.unit = "bits",
             .minimum = 1,
             .maximum = 32,
             .source = "one PCIe segment",
             .help = "IDR1.SIDSIZE",
             .visible_to_software = true});
  group.add("two_level_stream_table", two_level_stream_table,
            {.source = "[QEMU], [M600] have it",
             .help = "IDR0.ST_LEVEL: stream tables may have two levels, as Linux makes them",
             .visible_to_software = true});
  group.add("command_queue_log2", command_queue_log2,
            {.unit = "log2 entries",
             .minimum = 7,
             .maximum = 19,
             .source = "dmesg: 65536 entries",
             .help = "IDR1.CMDQS",
             .visible_to_software = true});
  group.add("event_queue_log2", event_queue_log2,
            {.unit = "log2 entries",
             .minimum = 0,
             .maximum = 19,
             .source = "dmesg: 32768 entries",
             .help = "IDR1.EVENTQS",
             .visible_to_software = true});
  group.add("output_address_size", output_address_size,
            {{"32", AddressSize::bits_32},
             {"36", AddressSize::bits_36},
             {"40", AddressSize::bits_40},
             {"42", AddressSize::bits_42},
             {"44", AddressSize::bits_44},
             {"48", AddressSize::bits_48},
             {"52", AddressSize::bits_52}},
            {.unit = "bits",
             .source = "[QEMU] 44 bits",
             .help = "IDR5.OAS",
             .visible_to_software = true});
  group.add("msi", msi,
            {.source = "[M600] has it",
             .help = "IDR0.MSI: a CMD_SYNC may end in a write to memory, which drivers then poll",
             .visible_to_software = true});
  group.add("send_event", send_event,
            {.source = "[M600] has it",
             .help = "IDR0.SEV: a CMD_SYNC may end in an event, for which drivers without MSI wait",
             .visible_to_software = true});
  group.add("range_invalidation", range_invalidation,
            {.source = "[QEMU] has it",
             .help = "IDR3.RIL: a TLBI by address may cover a range",
             .visible_to_software = true});
  group.add(
      "contiguous_entries", contiguous_entries,
      {.source = "assumption; DDI 0487 D8.7.1 permits both",
       .help = "Adjacent pages or blocks with the Contiguous hint are one entry of the TLBs"});
  group.add("over_invalidate", over_invalidate,
            {{"none", OverInvalidation::none},
             {"asid", OverInvalidation::asid},
             {"all", OverInvalidation::all}},
            {.source = "IHI 0070 4.3, 4.4 permit all",
             .help = "What CFGI and TLBI take beyond what they name: nothing; all addresses and "
                     "CDs; everything"});
  group.add("performance_counters", performance_counters,
            {.unit = "counters",
             .maximum = 64,
             .source = "assumption",
             .help = "Of the performance monitor of each TBU and of the TCU; 0: they have none",
             .visible_to_software = true});
  group.group("reserved_window", reserved_window, "Addresses for MSIs that aren't translated");
  group.group("features", offered, "What of the architecture is offered");
  group.group("micro_tlb", tbu.micro_tlb, "First TLB of a TBU");
  group.group("tlb", tbu.main_tlb, "Second, main TLB of a TBU, pipelined");
  group.group("tbu", tbu, "Translation buffer units");
  group.list("tbus", tbus, "Each of them, where it isn't as smmu.tbu says of all", 1, 32);
  group.group("tcu", tcu, "Translation control unit");
}

std::uint64_t SmmuParameters::clock_frequency() const {
  return faster_clock(clock, speed);
}

}  // namespace doorbell::smmu
