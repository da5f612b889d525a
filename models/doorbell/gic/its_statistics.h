#pragma once

#include <array>
#include <cstdint>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/gic/arch/its_error.h"

namespace doorbell::gic {

/// What became of the MSIs and commands of an ITS. Every doorbell is received, and then sent to a
/// redistributor, dropped for a reason, or still inside.
class ItsStatistics {
 public:
  /// `doorbell_entries`: of the doorbell buffer.
  ItsStatistics(const StatisticsGroup& group, std::uint32_t doorbell_entries);

  Counter doorbells;                    ///< writes of GITS_TRANSLATER with a DeviceID
  Counter without_identity;             ///< writes that bring no Requester; answered with an error
  Counter bad_accesses;                 ///< of another width; answered with an error
  Counter sent;                         ///< of doorbells, to a redistributor
  Counter dropped;                      ///< all reasons
  Counter dropped_without_journey;      ///< of them, that nobody follows: the SMMU's own, and DMA
  Counter commands;                     ///< processed, with or without an error
  Counter sent_by_INT;                  ///< LPIs that INT made
  HistogramStatistics command_latency;  ///< from the fetch of a command to GITS_CREADR passing it
  HistogramStatistics sync_latency;     ///< the same, of SYNC alone
  HistogramStatistics
      latency;  ///< of a doorbell, from the accepted write to the message that leaves
  /// Entries of the doorbell buffer whose MSI waits for a credit of its redistributor.
  ServerStatistics lpi_credits;

  Counter& dropped_for(ItsError error) { return *dropped_for_[static_cast<std::size_t>(error)]; }
  Counter& command_errors(ItsError error) {
    return *command_errors_[static_cast<std::size_t>(error)];
  }
  Counter& commands_of(ItsOpcode opcode);

 private:
  static constexpr std::size_t errors = 256;
  static constexpr std::size_t opcodes = 256;
  std::array<Counter*, errors> dropped_for_{};
  std::array<Counter*, errors> command_errors_{};
  std::array<Counter*, opcodes> commands_of_{};
};

}  // namespace doorbell::gic
