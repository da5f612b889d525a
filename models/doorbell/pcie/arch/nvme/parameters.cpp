#include "doorbell/pcie/arch/nvme/parameters.h"

namespace doorbell::pcie {

void NvmeParameters::describe(ParameterGroup& group) {
  group.add("drive", drive,
            {.source = "none: a drive has contents",
             .help = "file with the contents of the namespace, whole blocks"});
  group.add("write_through", write_through,
            {.source = "a run leaves its inputs alone",
             .help = "writes change the file; else the run alone sees them"});
  group.add("block_size", block_size,
            {.unit = "bytes",
             .minimum = 512,
             .maximum = 4096,
             .power_of_two = true,
             .source = "QEMU's nvme",
             .help = "a logical block: 512 or 4096",
             .visible_to_software = true});
  group.add("io_queues", io_queues,
            {.unit = "queue pairs",
             .minimum = 1,
             .maximum = 64,
             .source = "QEMU's nvme",
             .help = "I/O queue pairs offered",
             .visible_to_software = true});
  group.add("vectors", vectors,
            {.unit = "vectors",
             .minimum = 1,
             .maximum = 2048,
             .source = "QEMU's nvme",
             .help = "MSI-X table size",
             .visible_to_software = true});
  const auto time = [&](const char* name, Time& value, const char* help) {
    group.time(name, value, {.maximum = second, .source = "assumption", .help = help});
  };
  time("fetch", fetch, "from finding a command in a queue to its read from memory");
  time("read", read, "of the media, for a command that reads");
  time("write", write, "of the media, for a command that writes");
  group.add("channels", channels,
            {.unit = "accesses",
             .minimum = 1,
             .maximum = 65536,
             .source = "assumption",
             .help = "media accesses at a time"});
  time("completion", completion, "from the end of a command to its completion queue entry");
}

}  // namespace doorbell::pcie
