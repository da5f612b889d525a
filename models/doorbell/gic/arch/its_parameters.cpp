#include "doorbell/gic/arch/parameters.h"

namespace doorbell::gic {
namespace {

constexpr const char* assumption = "assumption; no public number (docs/timing.md, GIC)";
constexpr const char* gic600_caches = "GIC-600AE TRM 101206 table 3-9; Agilex 5 GITS0_CFGID";
constexpr const char* gic600_memory =
    "GIC-600AE TRM 101206, 3.2: one transaction outstanding for each ID";
constexpr const char* virt = "ID values of QEMU's virt, which Linux accepts";

}  // namespace

void ItsParameters::describe(ParameterGroup& group) {
  describe_tables(group);
  describe_collections(group);
  describe_caches(group);
  describe_queues(group);
}

void ItsParameters::describe_tables(ParameterGroup& group) {
  group.add("device_bits", device_bits,
            {.unit = "bits",
             .minimum = 1,
             .maximum = 32,
             .source = virt,
             .help = "GITS_TYPER.Devbits + 1.",
             .visible_to_software = true});
  group.add("event_bits", event_bits,
            {.unit = "bits",
             .minimum = 1,
             .maximum = 32,
             .source = virt,
             .help = "GITS_TYPER.ID_bits + 1.",
             .visible_to_software = true});
  group.add("itt_entry_bytes", itt_entry_bytes,
            {.unit = "bytes",
             .minimum = 4,
             .maximum = 16,
             .source = virt,
             .help = "Interrupt translation entry: 4 (GIC-600, INTIDs of 16 bits), or 8 and more.",
             .visible_to_software = true});
  group.add("device_entry_bytes", device_entry_bytes,
            {.unit = "bytes",
             .minimum = 8,
             .maximum = 16,
             .power_of_two = true,
             .source = virt,
             .help = "Device table entry: 8 or 16.",
             .visible_to_software = true});
  group.add("collection_entry_bytes", collection_entry_bytes,
            {.unit = "bytes",
             .minimum = 2,
             .maximum = 16,
             .power_of_two = true,
             .source = virt,
             .help = "Collection table entry: 2 (GIC-600) to 16.",
             .visible_to_software = true});
  group.add("two_level_tables", two_level_tables,
            {.source = virt,
             .help = "GITS_BASERn.Indirect can be set: tables of two levels.",
             .visible_to_software = true});
  group.add("page_sizes", page_sizes,
            {{"any", ItsPageSizes::any},
             {"4KiB", ItsPageSizes::only_4K},
             {"16KiB", ItsPageSizes::only_16K},
             {"64KiB", ItsPageSizes::only_64K}},
            {.source = virt,
             .help = "GITS_BASERn.Page_Size: what software writes, or one that it can't change.",
             .visible_to_software = true});
  group.add("shareability", shareability,
            {{"any", ItsShareability::any},
             {"inner", ItsShareability::inner},
             {"outer", ItsShareability::outer},
             {"none", ItsShareability::none}},
            {.source = virt,
             .help = "Shareability of GITS_BASERn and GITS_CBASER: what software writes, or one "
                     "that it can't change; none makes tables and queue non-cacheable.",
             .visible_to_software = true});
  group.add("report_unmapped", report_unmapped,
            {.source = virt,
             .help = "GITS_TYPER.UMSI: GITS_STATUSR and GITS_UMSIR tell of unmapped MSIs.",
             .visible_to_software = true});
}

void ItsParameters::describe_collections(ParameterGroup& group) {
  group.add("collection_table", collection_table,
            {.source = virt,
             .help = "Collections can be held in memory; otherwise only inside.",
             .visible_to_software = true});
  group.add("collection_limit", collection_limit,
            {.source = virt,
             .help = "GITS_TYPER.CIL: collection_bits says how many bits an ICID has.",
             .visible_to_software = true});
  group.add("collection_bits", collection_bits,
            {.unit = "bits",
             .minimum = 1,
             .maximum = 16,
             .source = virt,
             .help = "GITS_TYPER.CIDbits + 1.",
             .visible_to_software = true});
  group.add("collections_inside", collections_inside,
            {.unit = "collections",
             .maximum = 255,
             .source = virt,
             .help = "GITS_TYPER.HCC: collections that the ITS holds without memory.",
             .visible_to_software = true});
  group.add("cumulative_collections", cumulative_collections,
            {.source = virt,
             .help = "GITS_TYPER.CCT: collections in memory come on top of those inside.",
             .visible_to_software = true});
  group.add("physical_targets", physical_targets,
            {.source = virt,
             .help = "GITS_TYPER.PTA: RDbase is an address, not a processor number.",
             .visible_to_software = true});
}

void ItsParameters::describe_caches(ParameterGroup& group) {
  group.add(
      "device_cache_entries", device_cache_entries,
      {.unit = "entries", .maximum = 65536, .source = gic600_caches, .help = "DeviceID to ITT."});
  group.add("event_cache_entries", event_cache_entries,
            {.unit = "entries",
             .maximum = 1048576,
             .source = gic600_caches,
             .help = "DeviceID and EventID to INTID and collection."});
  group.add("collection_cache_entries", collection_cache_entries,
            {.unit = "entries",
             .maximum = 65536,
             .source = gic600_caches,
             .help = "Collection to redistributor."});
  group.add("level1_cache_entries", level1_cache_entries,
            {.unit = "entries",
             .maximum = 1024,
             .source = assumption,
             .help = "Entries of first levels of tables; fully associative."});
  group.add("cache_ways", cache_ways,
            {.unit = "ways",
             .minimum = 1,
             .maximum = 1048576,
             .source = "GIC-600 TRM 100336, 3.10",
             .help = "Associativity of the caches of devices, events and collections; as many "
                     "as entries, or more, is fully associative."});
}

void ItsParameters::describe_queues(ParameterGroup& group) {
  group.add("pipeline_cycles", pipeline_cycles,
            {.unit = "cycles",
             .minimum = 1,
             .maximum = 100000,
             .source = assumption,
             .help = "An MSI that hits all caches, one at a time."});
  group.add("command_cycles", command_cycles,
            {.unit = "cycles",
             .minimum = 1,
             .maximum = 100000,
             .source = assumption,
             .help = "A command besides its memory accesses."});
  group.add(
      "doorbell_entries", doorbell_entries,
      {.unit = "entries",
       .minimum = 1,
       .maximum = 65536,
       .source = assumption,
       .help = "MSIs between GITS_TRANSLATER and the redistributors; when full, writes wait."});
  group.add("translation_slots", translation_slots,
            {.unit = "slots",
             .minimum = 1,
             .maximum = 64,
             .source = gic600_memory,
             .help = "MSIs that may read tables at the same time."});
  group.add("outstanding_reads", outstanding_reads,
            {.unit = "reads",
             .minimum = 1,
             .maximum = 256,
             .source = gic600_memory,
             .help = "Table and queue reads in flight."});
  group.add("outstanding_writes", outstanding_writes,
            {.unit = "writes",
             .minimum = 1,
             .maximum = 256,
             .source = gic600_memory,
             .help = "Table writes in flight."});
  group.add("lpi_credits", lpi_credits,
            {.unit = "credits",
             .minimum = 1,
             .maximum = 16,
             .source = "GIC-600AE TRM 101206 table 3-9: 1 to 16",
             .help = "Messages under way to a redistributor."});
  group.add("stall_on_command_error", stall_on_command_error,
            {.source = "CONSTRAINED UNPREDICTABLE (IHI 0069, 5.3); QEMU ignores",
             .help = "A command with an error stalls the queue, in place of being ignored."});
}

ItsSupport its_support(const GicCommonParameters& common, const ItsParameters& parameters,
                       const std::vector<std::uint64_t>& redistributors) {
  ItsSupport support;
  support.device_bits = parameters.device_bits;
  support.event_bits = parameters.event_bits;
  support.intid_bits = common.intid_bits;
  support.itt_entry_bytes = parameters.itt_entry_bytes;
  support.device_entry_bytes = parameters.device_entry_bytes;
  support.collection_entry_bytes = parameters.collection_entry_bytes;
  support.collection_table = parameters.collection_table;
  support.collection_limit = parameters.collection_limit;
  support.collection_bits = parameters.collection_bits;
  support.collections_inside = parameters.collections_inside;
  support.cumulative_collections = parameters.cumulative_collections;
  support.physical_targets = parameters.physical_targets;
  support.reports_unmapped = parameters.report_unmapped;
  support.two_levels = parameters.two_level_tables;
  support.page_sizes = parameters.page_sizes;
  support.shareability = parameters.shareability;
  support.processors = static_cast<unsigned>(redistributors.size());
  support.redistributors = redistributors;
  return support;
}

}  // namespace doorbell::gic
