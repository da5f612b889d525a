#include "doorbell/gic/arch/parameters.h"

#include <string>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/core/arch/clock_range.h"
#include "doorbell/core/arch/error.h"
#include "doorbell/gic/arch/intid.h"

namespace doorbell::gic {
namespace {

constexpr const char* assumption = "assumption; no public number (docs/timing.md, GIC)";
constexpr const char* virt = "ID values of QEMU's virt, which Linux accepts";

void expect(bool holds, const char* parameter, const std::string& expected, std::uint64_t found) {
  if (!holds)
    throw InputError(std::string("gic.") + parameter + ": expected " + expected + ", found " +
                     std::to_string(found));
}

void expect_whole_sets(const char* parameter, std::uint32_t entries, const char* of_ways,
                       std::uint32_t ways) {
  expect(CacheGeometry{entries, ways}.whole_sets(), parameter,
         std::string("a multiple of gic.") + of_ways + ", or no more than that", entries);
}

}  // namespace

void GicCommonParameters::describe(ParameterGroup& group) {
  group.frequency("frequency", frequency,
                  {.minimum = slowest_clock,
                   .maximum = fastest_clock,
                   .source = assumption,
                   .help = "Clock of the GIC."});
  group.add("spis", spis,
            {.unit = "interrupts",
             .minimum = 32,
             .maximum = 960,
             .source = virt,
             .help = "Shared peripheral interrupts; a multiple of 32.",
             .visible_to_software = true});
  group.add("extended_spis", extended_spis,
            {.unit = "interrupts",
             .maximum = most_extended_spis,
             .source = virt,
             .help = "More of them, from INTID 4096 on (GICD_TYPER.ESPI); a multiple of 32.",
             .visible_to_software = true});
  group.add("extended_ppis", extended_ppis,
            {.unit = "interrupts",
             .maximum = most_extended_ppis,
             .source = virt,
             .help = "Private interrupts from INTID 1056 on (GICR_TYPER.PPInum): 0, 32 or 64.",
             .visible_to_software = true});
  group.add("intid_bits", intid_bits,
            {.unit = "bits",
             .minimum = 14,
             .maximum = 24,
             .source = virt,
             .help = "GICD_TYPER.IDbits + 1: LPIs are 8192 to 2^n - 1.",
             .visible_to_software = true});
  group.add("priority_bits", priority_bits,
            {.unit = "bits",
             .minimum = 4,
             .maximum = 8,
             .source = virt,
             .help = "Implemented bits of priority (ICC_CTLR_EL1.PRIbits + 1).",
             .visible_to_software = true});
  group.add("one_of_n", one_of_n,
            {{"none", OneOfN::none},
             {"first", OneOfN::first},
             {"round_robin", OneOfN::round_robin},
             {"least_loaded", OneOfN::least_loaded}},
            {.source = virt,
             .help = "Who takes an SPI that any processor may take (GICD_IROUTER.IRM, "
                     "GICD_TYPER.No1N).",
             .visible_to_software = true});
  group.add("message_spis", message_spis,
            {.source = virt,
             .help = "SPIs by GICD_SETSPI_NSR and GICD_CLRSPI_NSR (GICD_TYPER.MBIS).",
             .visible_to_software = true});
  group.add("security", security, {{"one", SecurityStates::one}, {"two", SecurityStates::two}},
            {.source = virt,
             .help = "Security states (GICD_TYPER.SecurityExtn); firmware must be Secure to set up "
                     "the GIC of two.",
             .visible_to_software = true});
  group.add("link_cycles", link_cycles,
            {.unit = "cycles",
             .maximum = 100000,
             .source = assumption,
             .help = "One way between ITS, distributor, redistributors and CPU interfaces."});
  group.add("register_cycles", register_cycles,
            {.unit = "cycles",
             .maximum = 100000,
             .source = assumption,
             .help = "Access to a memory-mapped register."});
}

void RedistributorParameters::describe(ParameterGroup& group) {
  group.add(
      "lpi_cache_entries", lpi_cache_entries,
      {.unit = "entries",
       .maximum = 1048576,
       .source = "GIC-600AE TRM 101206 table 3-5: 16 to 1024; value assumed",
       .help = "LPI configurations cached, and LPIs held pending before they spill to memory."});
  group.add("lpi_cache_ways", lpi_cache_ways,
            {.unit = "ways",
             .minimum = 1,
             .maximum = 1048576,
             .source = "GIC-600 TRM 100336, LPI caching",
             .help = "Associativity of the configuration cache; as many as entries, or more, is "
                     "fully associative."});
  group.add("lpi_cache_scope", lpi_cache_scope,
            {{"chip", LpiCacheScope::chip}, {"redistributor", LpiCacheScope::redistributor}},
            {.source = "GIC-600 TRM 100336, LPI caching",
             .help = "One cache for the chip, or one each."});
  group.add("pipeline_cycles", pipeline_cycles,
            {.unit = "cycles",
             .minimum = 1,
             .maximum = 100000,
             .source = assumption,
             .help = "A message from the ITS, one at a time."});
  group.add("outstanding_reads", outstanding_reads,
            {.unit = "reads",
             .minimum = 1,
             .maximum = 256,
             .source = assumption,
             .help = "LPI table reads in flight."});
  group.add("pending_table_changes", pending_table_changes,
            {.unit = "bits",
             .minimum = 1,
             .maximum = 65536,
             .source = assumption,
             .help = "Changes of the Pending table under way or waiting; beyond them messages keep "
                     "their credits."});
  group.add("shareability", shareability,
            {{"any", TableShareability::any},
             {"inner", TableShareability::inner},
             {"outer", TableShareability::outer},
             {"none", TableShareability::none}},
            {.source = virt,
             .help = "Shareability of GICR_PROPBASER and GICR_PENDBASER: what software writes, or "
                     "one that it can't change; none makes tables non-cacheable.",
             .visible_to_software = true});
  group.add("enable_can_clear", enable_can_clear,
            {.source = virt,
             .help = "GICR_CTLR.CES: EnableLPIs can be cleared once it is set.",
             .visible_to_software = true});
  group.add("invalidate_registers", invalidate_registers,
            {.source = virt,
             .help = "GICR_CTLR.IR: GICR_INVLPIR, GICR_INVALLR and GICR_SYNCR beside the ITS.",
             .visible_to_software = true});
}

void ItsPlace::describe(ParameterGroup& group) {
  group.time("distance", distance,
             {.maximum = millisecond,
              .source = "none; between sockets 100 ns: Tang (docs/timing.md)",
              .help = "What a message to or from a redistributor takes more, and a table access."});
}

void MessageParameters::describe(ParameterGroup& group) {
  group.add("first_spi", first_spi,
            {.minimum = 32,
             .maximum = 1019,
             .source = "QEMU's virt has 80 to 143, where its SMMU's wires are: those behind",
             .help = "INTID of the first SPI that is for messages (gic.doorbell v2m or spi).",
             .visible_to_software = true});
  group.add("spis", spis,
            {.unit = "interrupts",
             .minimum = 1,
             .maximum = 960,
             .source = "QEMU's virt",
             .help = "How many SPIs are for messages.",
             .visible_to_software = true});
  group.add(
      "doorbell_cycles", doorbell_cycles,
      {.unit = "cycles",
       .maximum = 100000,
       .source = assumption,
       .help = "A message in its frame: GICv2m's, GICD_SETSPI_NSR or its alias, GICR_SETLPIR."});
}

void CpuInterfaceParameters::describe(ParameterGroup& group) {
  group.time("register_access", register_access,
             // Longer, and a handler outlasts the time-outs of the software that it interrupts.
             {.maximum = millisecond,
              .source = "ICC_EOIR1_EL1 14 to 26 ns, kvm-unit-tests on Kunpeng 920 and Altra",
              .help = "A read or write of a System register of the CPU interface."});
  group.add("interrupt_cycles", interrupt_cycles,
            {.unit = "cycles",
             .maximum = 100000,
             .source = assumption,
             .help = "From the decision to interrupt to the IRQ wire."});
}

std::uint64_t GicParameters::clock_frequency() const {
  return faster_clock(common.frequency, speed);
}

void GicParameters::describe(ParameterGroup& group) {
  group.factor("speed", speed,
               {.minimum = slowest_speed,
                .maximum = fastest_speed,
                .source = "1 is as it is",
                .help = "What if: all its cycles are so many times as fast"});
  group.group("common", common, "What all parts share");
  group.add("lpis", lpis,
            {{"its", LpiSupport::its}, {"direct", LpiSupport::direct}, {"none", LpiSupport::none}},
            {.source = virt,
             .help = "Where LPIs come from: ITSs, GICR_SETLPIR without an ITS "
                     "(GICR_TYPER.DirectLPI), or there are none.",
             .visible_to_software = true});
  group.add("doorbell", doorbell,
            {{"its", DoorbellKind::its},
             {"v2m", DoorbellKind::v2m},
             {"spi", DoorbellKind::spi},
             {"lpi", DoorbellKind::lpi}},
            {.source = virt,
             .help = "What devices write MSIs to: GITS_TRANSLATER, a GICv2m frame, the alias frame "
                     "of GICD_SETSPI_NSR, or GICR_SETLPIR of each processor.",
             .visible_to_software = true});
  group.group("messages", messages, "Doorbells other than an ITS");
  group.add("its_count", its_count,
            {.unit = "ITSs",
             .minimum = 1,
             .maximum = 16,
             .source = virt,
             .help = "ITSs, each with frames, queue, caches and links of its own.",
             .visible_to_software = true});
  group.list("its_places", its_places,
             "Where each ITS is, from the first on; those that aren't named are at no distance", 1,
             16);
  group.group("its", its, "Interrupt translation services, all alike");
  group.group("redistributor", redistributor, "Redistributors and the LPI cache");
  group.group("cpu_interface", cpu_interface, "CPU interfaces");
}

void GicParameters::check() const {
  expect(is_clock(clock_frequency()), "speed",
         "a clock of 1MHz to 1000GHz with gic.common.frequency, in Hz", clock_frequency());
  expect(common.priority_bits >= 5 || common.security == SecurityStates::one,
         "common.priority_bits", "5 or more with gic.common.security: two", common.priority_bits);
  expect(common.spis % 32 == 0, "common.spis", "a multiple of 32", common.spis);
  expect(common.extended_spis % 32 == 0, "common.extended_spis", "a multiple of 32",
         common.extended_spis);
  expect(common.extended_ppis % 32 == 0, "common.extended_ppis", "0, 32 or 64",
         common.extended_ppis);
  expect_whole_sets("its.device_cache_entries", its.device_cache_entries, "its.cache_ways",
                    its.cache_ways);
  expect_whole_sets("its.event_cache_entries", its.event_cache_entries, "its.cache_ways",
                    its.cache_ways);
  expect_whole_sets("its.collection_cache_entries", its.collection_cache_entries, "its.cache_ways",
                    its.cache_ways);
  expect_whole_sets("redistributor.lpi_cache_entries", redistributor.lpi_cache_entries,
                    "redistributor.lpi_cache_ways", redistributor.lpi_cache_ways);
  check_its();
  check_doorbell();
}

/// What `doorbell` names must be there.
void GicParameters::check_doorbell() const {
  const auto refuse = [](const std::string& what) { throw InputError("gic." + what); };
  if (doorbell == DoorbellKind::its && lpis != LpiSupport::its)
    refuse("doorbell: expected v2m, spi or lpi without ITSs (gic.lpis), found its");
  if (doorbell == DoorbellKind::lpi && lpis != LpiSupport::direct)
    refuse(std::string("lpis: expected direct with gic.doorbell=lpi, found ") +
           (lpis == LpiSupport::its ? "its" : "none"));
  expect(its_places.size() <= its_count, "its_places",
         "no more than gic.its_count=" + std::to_string(its_count), its_places.size());
  if (lpis != LpiSupport::its && its_count != 1)
    refuse("its_count: expected 1, as it is unless gic.lpis=its, found " +
           std::to_string(its_count));
  if (doorbell != DoorbellKind::v2m && doorbell != DoorbellKind::spi) return;
  expect(messages.first_spi + messages.spis <= first_spi + common.spis, "messages.spis",
         "SPIs below INTID " + std::to_string(first_spi + common.spis) +
             " (gic.common.spis) with gic.messages.first_spi=" + std::to_string(messages.first_spi),
         messages.spis);
}

void GicParameters::check_its() const {
  const bool small_fits = its.itt_entry_bytes == 4 && common.intid_bits <= 16;
  expect(its.itt_entry_bytes >= 8 || small_fits, "its.itt_entry_bytes",
         "4 with INTIDs of 16 bits, or 8 to 16", its.itt_entry_bytes);
  expect(its.collection_limit || its.collection_bits == 16, "its.collection_bits",
         "16 without gic.its.collection_limit", its.collection_bits);
  expect(its.collection_table || its.collections_inside != 0, "its.collections_inside",
         "1 or more without gic.its.collection_table", its.collections_inside);
}

}  // namespace doorbell::gic
