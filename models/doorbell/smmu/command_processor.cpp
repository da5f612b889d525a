#include "doorbell/smmu/command_processor.h"

#include <algorithm>

#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {

CommandProcessor::CommandProcessor(Scheduler& scheduler, const Clock& clock,
                                   const StatisticsGroup& group, const SmmuParameters& parameters,
                                   RegisterBank& registers, MemoryPort& memory,
                                   Interrupts& interrupts, CommandActions& actions)
    : scheduler_(scheduler),
      clock_(clock),
      parameters_(parameters.tcu),
      over_invalidate_(parameters.over_invalidate),
      features_(parameters.features()),
      cr0_(registers.handle("SMMU_CR0")),
      cr0ack_(registers.handle("SMMU_CR0ACK")),
      cr2_(registers.handle("SMMU_CR2")),
      base_(registers.handle("SMMU_CMDQ_BASE")),
      prod_(registers.handle("SMMU_CMDQ_PROD")),
      cons_(registers.handle("SMMU_CMDQ_CONS")),
      memory_(memory),
      interrupts_(interrupts),
      actions_(actions),
      changed_(scheduler),
      busy_(scheduler),
      invalidations_(group, "commands_invalidate",
                     {"commands", Better::neither, "CFGI and TLBI carried out"}),
      syncs_(group, "commands_sync", {"commands", Better::neither, "CMD_SYNC completed"}),
      prefetches_(group, "commands_prefetch",
                  {"commands", Better::neither, "CMD_PREFETCH carried out"}),
      errors_(group, "command_errors",
              {"errors", Better::lower, "Commands that ended in an error: SMMU_CMDQ_CONS.ERR"}),
      used_(group, "command_queue", {"commands", Better::lower, "Commands in the Command queue"}),
      server_(group, "command_processor",
              {"batches", Better::lower, "Busy from fetching commands to having consumed them"}),
      sync_time_(group, "sync_time",
                 {"ps", Better::lower, "CMD_SYNC from its decoding to its completion"}) {
  if (features_.stall_model != StallModel::terminate || offers_page_requests(features_)) {
    responses_ = std::make_unique<Counter>(
        group, "commands_respond",
        StatisticInfo{"commands", Better::neither,
                      "CMD_RESUME, CMD_STALL_TERM and CMD_PRI_RESP carried out"});
  }
}

QueueLayout CommandProcessor::layout() const {
  return QueueLayout::from_register(base_.get(), features_.command_queue_log2, log2_command_bytes,
                                    features_.output_address_bits);
}

bool CommandProcessor::ready() const {
  const auto prod = static_cast<std::uint32_t>(prod_.get());
  const auto cons = static_cast<std::uint32_t>(cons_.get());
  const QueueLayout queue = layout();
  return CR0::CMDQEN.test(cr0ack_.get()) && CR0::CMDQEN.test(cr0_.get()) &&
         !interrupts_.active(GlobalError::CMDQ_ERR) && !queue.empty(prod, cons) &&
         queue.consistent(prod, cons);
}

Task<void> CommandProcessor::run() {
  while (true) {
    while (!ready())
      co_await changed_.wait();
    const Time start = scheduler_.now();
    server_.begin(start);
    busy_.add();
    const unsigned count = co_await fetch();
    co_await execute_batch(count);
    busy_.remove();
    server_.end(scheduler_.now());
  }
}

Task<void> CommandProcessor::idle() {
  while (busy_.count() != 0)
    co_await busy_.drained();
}

/// Reads commands from CONS on, no further than PROD or the end of the queue. 0 after CERROR_ABT.
Task<unsigned> CommandProcessor::fetch() {
  const QueueLayout queue = layout();
  const auto cons = static_cast<std::uint32_t>(cons_.get());
  const std::uint32_t used = queue.used(static_cast<std::uint32_t>(prod_.get()), cons);
  used_.set(used, scheduler_.now());
  const std::uint32_t count = std::min({used, queue.entries() - queue.index(cons),
                                        parameters_.command_fetch, std::uint32_t{largest_fetch}});
  const bool ok = co_await memory_.read({}, queue.entry_address(cons, log2_command_bytes),
                                        std::span(bytes_).first(count << log2_command_bytes));
  if (!ok) {
    fail(CommandError::CERROR_ABT);
    co_return 0;
  }
  co_return count;
}

Task<void> CommandProcessor::execute_batch(unsigned count) {
  for (unsigned i = 0; i < count && ready(); ++i) {
    const auto bytes = std::span(bytes_).subspan(std::size_t{i} << log2_command_bytes, 16);
    const CommandWords words{load_little_endian<std::uint64_t>(bytes.first(8)),
                             load_little_endian<std::uint64_t>(bytes.last(8))};
    const CommandError error = co_await execute(words);
    // One ends the batch: the queue isn't ready now.
    if (error != CommandError::CERROR_NONE) fail(error);
  }
}

/// With an error the command is not consumed.
Task<CommandError> CommandProcessor::execute(const CommandWords& words) {
  co_await clock_.cycles(parameters_.command_decode);
  const std::optional<Command> command = decode_command(words, features_);
  if (!command) co_return CommandError::CERROR_ILL;
  co_return co_await carry_out(*command);
}

void CommandProcessor::fail(CommandError error) {
  errors_.add();
  cons_.set(CMDQ_CONS::ERR.set(cons_.get(), static_cast<std::uint64_t>(error)));
  interrupts_.activate(GlobalError::CMDQ_ERR);
}

void CommandProcessor::consume() {
  const QueueLayout queue = layout();
  const auto prod = static_cast<std::uint32_t>(prod_.get());
  const auto cons = static_cast<std::uint32_t>(cons_.get());
  const bool was_full = queue.full(prod, cons);
  cons_.set(CMDQ_CONS::RD.set(cons, queue.next(cons)));
  used_.set(queue.used(prod, static_cast<std::uint32_t>(cons_.get())), scheduler_.now());
  if (was_full && features_.send_event) interrupts_.send_event();  // 4.1.2
}

}  // namespace doorbell::smmu
