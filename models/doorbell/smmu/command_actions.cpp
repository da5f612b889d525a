// What each command does, and the cycles it takes.
#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/command_processor.h"

namespace doorbell::smmu {

/// Commands are consumed as they end, but for a CMD_SYNC, which still has to tell of it. What has
/// no branch is not there.
Task<CommandError> CommandProcessor::carry_out(Command command) {
  switch (command.opcode) {
    case Opcode::CMD_PREFETCH_CONFIG:
    case Opcode::CMD_PREFETCH_ADDR:
      co_await prefetch(command);
      break;
    case Opcode::CMD_RESUME:
    case Opcode::CMD_STALL_TERM:
    case Opcode::CMD_PRI_RESP:
      co_await respond(command);
      break;
    case Opcode::CMD_SYNC:
      co_return co_await synchronise(command);
    case Opcode::CMD_ATC_INV:
      co_await invalidate_atc(command);
      break;
    default:
      if (!command.invalidates()) co_return CommandError::CERROR_ILL;
      co_await invalidate(command);
      break;
  }
  consume();
  co_return CommandError::CERROR_NONE;
}

Task<void> CommandProcessor::prefetch(const Command& command) {
  co_await clock_.cycles(parameters_.prefetch_command);
  const bool walks = command.opcode == Opcode::CMD_PREFETCH_ADDR;
  actions_.prefetch(command.stream, walks ? std::optional(command.address) : std::nullopt);
  prefetches_.add();
}

Task<void> CommandProcessor::invalidate(const Command& command) {
  co_await clock_.cycles(parameters_.invalidation_command);
  const Invalidation asked = command.invalidation(CR2::E2H.test(cr2_.get()));
  co_await actions_.invalidate(widen(asked, over_invalidate_));
  invalidations_.add();
}

Task<void> CommandProcessor::respond(const Command& command) {
  co_await clock_.cycles(parameters_.response_command);
  const std::uint32_t stream_id = command.stream.stream_id;
  if (command.opcode == Opcode::CMD_PRI_RESP) {
    actions_.respond(command);
  } else if (command.opcode == Opcode::CMD_STALL_TERM) {
    actions_.terminate_stalls(stream_id);
  } else if (command.retry) {
    actions_.resume(stream_id, command.stag, StallEnd::retry);
  } else {
    const bool aborts = command.abort || !features_.ignores_writes;  // TERM_MODEL = 1: IGNORED
    actions_.resume(stream_id, command.stag, aborts ? StallEnd::abort : StallEnd::raz_wi);
  }
  responses_->add();
}

Task<void> CommandProcessor::invalidate_atc(const Command& command) {
  co_await clock_.cycles(parameters_.ats.invalidation_command);
  co_await actions_.invalidate_atc(command);
}

Task<CommandError> CommandProcessor::synchronise(const Command& command) {
  const Time start = scheduler_.now();
  co_await clock_.cycles(parameters_.sync_command);
  const bool complete = co_await actions_.synchronise();
  if (!complete) co_return CommandError::CERROR_ATC_INV_SYNC;
  // Whoever sees the signal sees CONS behind the command, too (4.7.3).
  consume();
  syncs_.add();
  if (command.signal == Command::CompletionSignal::SIG_IRQ) {
    co_await interrupts_.sync_completed(
        command.msi_address & low_mask(features_.output_address_bits), command.msi_data);
  } else if (command.signal == Command::CompletionSignal::SIG_SEV && features_.send_event) {
    interrupts_.send_event();
  }
  sync_time_.record(scheduler_.now() - start);
  co_return CommandError::CERROR_NONE;
}

}  // namespace doorbell::smmu
