#include "traces/make/parameters.h"

namespace doorbell::workload {
namespace {

constexpr const char* page = "docs/workloads.md";

}  // namespace

void Arrivals::describe(ParameterGroup& group) {
  group.add("process", process,
            {{"closed_loop", Process::closed_loop},
             {"constant", Process::constant},
             {"poisson", Process::poisson},
             {"bursty", Process::bursty}},
            {.source = page, .help = "When work comes: as earlier work is done, or by itself"});
  group.frequency("rate", rate,
                  {.maximum = 10'000'000'000,
                   .source = "arbitrary",
                   .help = "Commands, packets or messages a second of each drive, port or "
                           "function, if not closed_loop"});
  group.add("burst", burst,
            {.minimum = 1,
             .maximum = 4096,
             .source = "arbitrary",
             .help = "What comes at once, of one queue or function, under bursty"});
  group.add("spread", spread,
            {.unit = "per cent",
             .maximum = 100,
             .source = page,
             .help = "Under closed_loop, the order in which queues' work stands in the trace: "
                     "distances of a process's are uniform, by so much around their mean"});
  group.add("processes", processes,
            {.unit = "processes",
             .minimum = 1,
             .maximum = 1024,
             .source = page,
             .help = "Under closed_loop, how many a queue's work comes from, for spread"});
  group.add(
      "apart", apart,
      {.unit = "per cent",
       .maximum = 100,
       .source = page,
       .help = "Under closed_loop, how near a queue's work stands to that before at least, of "
               "the mean distance: what the processor needs between two"});
}

void Mapping::describe(ParameterGroup& group) {
  group.add(
      "mode", mode,
      {{"strict", Mode::strict},
       {"lazy", Mode::lazy},
       {"static", Mode::all_along},
       {"none", Mode::none}},
      {.source = "Linux: iommu.strict, iommu.passthrough",
       .help = "Buffers mapped for one use and invalidated, likewise with one invalidation in "
               "many, mapped all along, or the SMMU in bypass"});
  group.add("page_size", page_size, {{"4KiB", PageSize::page}, {"2MiB", PageSize::block}},
            {.source = "DDI 0487, D8.3: pages, and blocks of level 2",
             .help = "What buffers are mapped by"});
  group.add("lazy_unmaps", lazy_unmaps,
            {.unit = "unmaps",
             .minimum = 1,
             .maximum = 4096,
             .source = "Linux, IOVA_FQ_SIZE",
             .help = "Unmaps of a queue in one invalidation of its stream, under lazy"});
  group.add("invalidation_order", invalidation_order,
            {{"processor", Order::processor}, {"trace", Order::trace}},
            {.source = page,
             .help = "SMMU commands in the order of their processor, or, as in a recording, in the "
                     "order of the trace"});
}

void Sizes::describe(ParameterGroup& group, std::uint32_t unit, std::uint32_t most) {
  group.add("smallest", smallest,
            {.unit = "bytes",
             .minimum = unit,
             .maximum = most,
             .source = "arbitrary",
             .help = "All sizes from this to the largest are as likely"});
  group.add("largest", largest,
            {.unit = "bytes",
             .minimum = unit,
             .maximum = most,
             .source = "arbitrary",
             .help = "In steps of " + std::to_string(unit) + " bytes"});
}

void Pattern::describe(ParameterGroup& group) {
  group.add("kind", kind,
            {{"sequential", Kind::sequential}, {"random", Kind::random}, {"zipf", Kind::zipf}},
            {.source = page, .help = "Which buffer of the range, or vector, is used next"});
  group.add("exponent", exponent,
            {.unit = "hundredths",
             .minimum = 1,
             .maximum = 400,
             .source = "99: YCSB, Cooper et al., SoCC 2010",
             .help = "Under zipf, the n-th most used one is used n^-exponent times as often as the "
                     "first"});
}

namespace {

/// The sizes of `T`, whose unit and bound its describe() takes.
struct DescribedSizes {
  Sizes& sizes;
  std::uint32_t unit;
  std::uint32_t most;
  void describe(ParameterGroup& group) const { sizes.describe(group, unit, most); }
};

}  // namespace

void NvmeParameters::describe(ParameterGroup& group) {
  group.add("drives", drives,
            {.unit = "drives",
             .minimum = 1,
             .maximum = 256,
             .source = page,
             .help = "Each a function of its own"});
  group.add("queues", queues,
            {.unit = "queues",
             .minimum = 1,
             .maximum = 256,
             .source = "Linux: one for each processor",
             .help = "Of a drive, each with a processor of its own while there are enough"});
  group.add("vectors", vectors,
            {.unit = "vectors",
             .maximum = 256,
             .source = "Linux: one for each queue",
             .help = "Of a drive, which its queues share in turn; 0: one for each queue"});
  group.add("queue_depth", queue_depth,
            {.unit = "commands",
             .minimum = 1,
             .maximum = 4096,
             .source = "arbitrary",
             .help = "Commands of a queue that are not done, at most"});
  group.add("queue_entries", queue_entries,
            {.unit = "entries",
             .minimum = 64,
             .maximum = 65536,
             .power_of_two = true,
             .source = "Linux: io_queue_depth",
             .help = "Of a submission and a completion queue"});
  group.add("commands", commands,
            {.unit = "commands",
             .minimum = 1,
             .maximum = 1'000'000'000,
             .source = "arbitrary",
             .help = "Of a drive, in all"});
  group.add("reads", reads,
            {.unit = "per cent",
             .maximum = 100,
             .source = "arbitrary",
             .help = "Share of the commands that read the drive"});
  DescribedSizes sizes{size, 512, 1 << 20};
  group.group("size", sizes, "Of a command");
  group.add("range", range,
            {.unit = "bytes",
             .minimum = 4096,
             .maximum = 1ULL << 36,
             .source = "arbitrary",
             .help = "Memory that a drive's buffers are taken from"});
  group.group("pattern", pattern, "Of the buffers in their range");
  group.add("prp_lists", prp_lists,
            {.source = "NVM Express 2.0, 4.1.1",
             .help = "Commands of more than two pages have a list of them, which the drive reads"});
  group.add(
      "shadow_doorbells", shadow_doorbells,
      {.source = "NVM Express 2.0, 5.8: of emulated drives",
       .help = "The drive reads doorbells from memory, and tells there when it wants a write"});
  group.add("queues_as_reached", queues_as_reached,
            {.source = page,
             .help = "Pages of queues mapped as a command first reaches them, in memory that the "
                     "next buffer would have had; else all along, in memory of their own"});
  group.add("service", service,
            {.unit = "per cent",
             .maximum = 100,
             .source = page,
             .help = "Under closed_loop, how far behind a command its handling stands in the "
                     "trace, of the mean distance of a queue's commands"});
}

void Moderation::describe(ParameterGroup& group) {
  group.add("packets", packets,
            {.unit = "packets",
             .minimum = 1,
             .maximum = 4096,
             .source = "arbitrary",
             .help = "A queue signals after so many"});
  group.time("time", time,
             {.maximum = second,
              .source = "arbitrary",
              .help = "and so long after the first, if not closed_loop; 0: it does not"});
}

void NicParameters::describe(ParameterGroup& group) {
  group.add("ports", ports,
            {.unit = "ports",
             .minimum = 1,
             .maximum = 256,
             .source = page,
             .help = "Each a function of its own"});
  group.add("queues", queues,
            {.unit = "queues",
             .minimum = 1,
             .maximum = 256,
             .source = "Linux: one for each processor",
             .help = "Of a port, each with a vector, and a processor while there are enough"});
  group.add("packets", packets,
            {.unit = "packets",
             .minimum = 1,
             .maximum = 1'000'000'000,
             .source = "arbitrary",
             .help = "Of a port, received or sent, in all"});
  group.add("transmit", transmit,
            {.unit = "per cent",
             .maximum = 100,
             .source = "arbitrary",
             .help = "Share of the packets that are sent"});
  DescribedSizes sizes{size, 1, 16384};
  group.group("size", sizes, "Of a packet");
  group.add("ring_pages", ring_pages,
            {.unit = "pages",
             .minimum = 1,
             .maximum = 64,
             .source = "arbitrary",
             .help = "Of a queue's ring of descriptors, and as many of its completions"});
  group.add("descriptor_bytes", descriptor_bytes,
            {.unit = "bytes",
             .minimum = 16,
             .maximum = 64,
             .power_of_two = true,
             .source = "16: Intel 82599",
             .help = "Of a descriptor, and of what completes it"});
  group.add("descriptor_batch", descriptor_batch,
            {.unit = "descriptors",
             .minimum = 1,
             .maximum = 64,
             .power_of_two = true,
             .source = "4 of 16 bytes: a line",
             .help = "That a queue reads at once"});
  group.group("moderation", moderation, "Of a queue's interrupts");
}

void MsiParameters::describe(ParameterGroup& group) {
  group.add(
      "functions", functions,
      {.unit = "functions", .minimum = 1, .maximum = 256, .source = page, .help = "That signal"});
  group.add("vectors", vectors,
            {.unit = "vectors",
             .minimum = 1,
             .maximum = 2048,
             .source = "arbitrary",
             .help = "Of a function, each with a processor while there are enough"});
  group.add("messages", messages,
            {.unit = "messages",
             .minimum = 1,
             .maximum = 1'000'000'000,
             .source = "arbitrary",
             .help = "Of a function, in all"});
  group.group("pattern", pattern, "Of the vectors of a function");
}

void Parameters::describe(ParameterGroup& group) {
  group.add("kind", kind, {{"nvme", Kind::nvme}, {"nic", Kind::nic}, {"msi", Kind::msi}},
            {.source = page, .help = "What the workload is made of"});
  group.add("seed", seed, {.source = "arbitrary", .help = "Of everything random"});
  group.group("arrivals", arrivals, "When work comes");
  group.group("mapping", mapping, "How buffers are mapped");
  group.group("nvme", nvme, "Drives, if kind is nvme");
  group.group("nic", nic, "Network ports, if kind is nic");
  group.group("msi", msi, "Functions that signal, if kind is msi");
}

}  // namespace doorbell::workload
