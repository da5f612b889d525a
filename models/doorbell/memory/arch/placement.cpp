#include "doorbell/memory/arch/placement.h"

namespace doorbell::memory {
namespace {

constexpr const char* where = "nothing is placed";

}  // namespace

Place PlacementParameters::place_of(MemoryPurpose purpose) const {
  switch (purpose) {
    case MemoryPurpose::page_tables:
      return smmu_tables;
    case MemoryPurpose::stream_tables:
      // Behind `same` they stand in the order of Place.
      return stream_tables == StreamTables::same
                 ? smmu_tables
                 : static_cast<Place>(static_cast<unsigned>(stream_tables) - 1);
    case MemoryPurpose::smmu_queues:
      return smmu_queues;
    case MemoryPurpose::its_tables:
      return its_tables;
    case MemoryPurpose::lpi_tables:
      return lpi_tables;
    case MemoryPurpose::data:
      return data;
    case MemoryPurpose::other:
      break;
  }
  return Place::ram;
}

void PlacementParameters::describe(ParameterGroup& group) {
  const auto add = [&](const char* name, Place& place, const char* help) {
    group.add(name, place,
              {{"ram", Place::ram},
               {"cache", Place::cache},
               {"memory", Place::memory},
               {"remote", Place::remote}},
              {.source = where, .help = help});
  };
  add("smmu_tables", smmu_tables, "Page tables, and stream tables unless they say otherwise");
  group.add("stream_tables", stream_tables,
            {{"same", StreamTables::same},
             {"ram", StreamTables::ram},
             {"cache", StreamTables::cache},
             {"memory", StreamTables::memory},
             {"remote", StreamTables::remote}},
            {.source = "with the other tables of the SMMU",
             .help = "Stream table entries and context descriptors"});
  add("smmu_queues", smmu_queues, "Command and Event queue, and the messages of CMD_SYNC");
  add("its_tables", its_tables, "Device, collection and translation tables, and the ITS's queue");
  add("lpi_tables", lpi_tables, "Configuration and pending tables of LPIs");
  add("data", data, "What devices read and write, their own queues among it");
  group.time("remote_distance", remote_distance,
             {.maximum = millisecond,
              .source = "docs/timing.md, Memory and fabric: +93 to 107 ns",
              .help = "What an access to another node takes more, there and back"});
}

}  // namespace doorbell::memory
