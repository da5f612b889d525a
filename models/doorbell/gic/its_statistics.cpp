#include "doorbell/gic/its_statistics.h"

namespace doorbell::gic {
namespace {

constexpr ItsError all_errors[] = {
    ItsError::DEVICE_OOR,
    ItsError::SIZE_OOR,
    ItsError::COLLECTION_OOR,
    ItsError::UNMAPPED_DEVICE,
    ItsError::ID_OOR,
    ItsError::PHYSICALID_OOR,
    ItsError::UNMAPPED_INTERRUPT,
    ItsError::UNMAPPED_COLLECTION,
    ItsError::COMMAND_UNKNOWN,
    ItsError::ITS_DISABLED,
    ItsError::MEMORY_FAULT,
    ItsError::RDBASE_OOR,
};

/// What an MSI can be dropped for.
bool can_drop(ItsError error) {
  return error != ItsError::SIZE_OOR && error != ItsError::PHYSICALID_OOR &&
         error != ItsError::COMMAND_UNKNOWN && error != ItsError::RDBASE_OOR;
}

constexpr ItsOpcode all_opcodes[] = {
    ItsOpcode::MOVI, ItsOpcode::INT,    ItsOpcode::CLEAR,  ItsOpcode::SYNC,
    ItsOpcode::MAPD, ItsOpcode::MAPC,   ItsOpcode::MAPTI,  ItsOpcode::MAPI,
    ItsOpcode::INV,  ItsOpcode::INVALL, ItsOpcode::MOVALL, ItsOpcode::DISCARD,
};

}  // namespace

ItsStatistics::ItsStatistics(const StatisticsGroup& group, std::uint32_t doorbell_entries)
    : doorbells(group, "doorbells", {.unit = "MSIs", .help = "Writes of GITS_TRANSLATER"}),
      without_identity(group, "without_identity",
                       {.unit = "writes",
                        .better = Better::lower,
                        .help = "Writes without a DeviceID, refused"}),
      bad_accesses(group, "bad_accesses",
                   {.unit = "accesses",
                    .better = Better::lower,
                    .help = "Accesses of a wrong width, refused"}),
      sent(group, "sent", {.unit = "MSIs", .help = "Sent to a redistributor"}),
      dropped(group, "dropped",
              {.unit = "MSIs", .better = Better::lower, .help = "Dropped, for all reasons"}),
      dropped_without_journey(group, "dropped_without_journey",
                              {.unit = "MSIs",
                               .better = Better::lower,
                               .help = "Of them, that nobody follows: the SMMU\'s own, and DMA"}),
      commands(group, "commands", {.unit = "commands", .help = "Commands processed"}),
      sent_by_INT(group, "sent_by_INT", {.unit = "LPIs", .help = "LPIs that INT commands made"}),
      command_latency(group, "command_latency",
                      {.unit = "ps",
                       .better = Better::lower,
                       .help = "From the fetch of a command to its end"}),
      sync_latency(
          group, "sync_latency",
          {.unit = "ps", .better = Better::lower, .help = "From the fetch of a SYNC to its end"}),
      latency(group, "latency",
              {.unit = "ps",
               .better = Better::lower,
               .help = "From the accepted doorbell to the message sent"}),
      lpi_credits(group, "lpi_credits",
                  {.unit = "MSIs",
                   .better = Better::lower,
                   .help = "Entries of the doorbell buffer that wait for an LPI credit of their "
                           "redistributor"},
                  doorbell_entries) {
  const StatisticsGroup drops = group.group("dropped_for");
  const StatisticsGroup refusals = group.group("command_errors");
  for (const ItsError error : all_errors) {
    const auto place = static_cast<std::size_t>(error);
    command_errors_[place] = &refusals.make<Counter>(
        name(error),
        {.unit = "commands", .better = Better::lower, .help = "Commands with this error"});
    if (!can_drop(error)) continue;
    dropped_for_[place] = &drops.make<Counter>(
        name(error),
        {.unit = "MSIs", .better = Better::lower, .help = "MSIs dropped for this reason"});
  }
  const StatisticsGroup by_opcode = group.group("commands_by_name");
  for (const ItsOpcode opcode : all_opcodes) {
    commands_of_[static_cast<std::size_t>(opcode)] =
        &by_opcode.make<Counter>(name(opcode), {.unit = "commands", .help = "Commands processed"});
  }
  Counter& unknown =
      by_opcode.make<Counter>("unknown", {.unit = "commands", .help = "Not of GICv3"});
  for (Counter*& counter : commands_of_) {
    if (counter == nullptr) counter = &unknown;
  }
}

Counter& ItsStatistics::commands_of(ItsOpcode opcode) {
  return *commands_of_[static_cast<std::size_t>(opcode)];
}

}  // namespace doorbell::gic
