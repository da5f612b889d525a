#include "doorbell/pcie/nvme/queue_server.h"

#include <array>
#include <utility>

namespace doorbell::pcie::nvme {

QueueServer::QueueServer(const Context& context, const StatisticsGroup& group)
    : context_(context),
      scheduler_(context.simulation.scheduler()),
      progress_(scheduler_),
      under_way_(scheduler_),
      admin_(scheduler_, context_.state, context_.memory, progress_),
      io_(context_.simulation, group, context_.parameters, context_.state, context_.drive,
          context_.memory),
      commands_(group, "commands", {"commands", Better::neither, "commands completed"}),
      errors_(group, "command_errors",
              {"commands", Better::lower, "commands completed with an error"}),
      fetch_errors_(group, "fetch_errors",
                    {"commands", Better::lower, "commands that could not be read from memory"}),
      queue_depth_(group, "queue_depth",
                   {"commands", Better::neither, "commands fetched and not yet completed"}),
      read_(group, "read", {"ps", Better::lower, "reads, from their doorbell to their interrupt"}),
      write_(group, "write",
             {"ps", Better::lower, "writes, from their doorbell to their interrupt"}) {}

void QueueServer::start() {
  running_ = true;
  wake();
}

Task<void> QueueServer::serve_admin() {
  while (true) {
    const SubmissionQueue* const queue = context_.state.queues.submission(0);
    if (running_ && queue != nullptr && queue->has_work()) {
      co_await fetch(0);
    } else {
      co_await progress_.wait();
    }
  }
}

Task<void> QueueServer::serve_io() {
  while (true) {
    const std::uint16_t id = running_ ? context_.state.queues.next_with_work() : std::uint16_t{0};
    if (id != 0) {
      co_await fetch(id);
    } else {
      co_await progress_.wait();
    }
  }
}

/// The queue stays as long as something of it is under way.
Task<void> QueueServer::fetch(std::uint16_t id) {
  SubmissionQueue& queue = *context_.state.queues.submission(id);
  Fetched fetched{.queue = id,
                  .offered = queue.offered[queue.head],
                  .since = scheduler_.now(),
                  .epoch = context_.memory.epoch(),
                  .command = {}};
  ++queue.under_way;
  under_way_.add();
  queue_depth_.enter(fetched.since);
  co_await Delay{scheduler_, context_.parameters.fetch};
  std::array<std::uint8_t, Command::bytes> entry{};
  const HostMemory::Access access =
      co_await context_.memory.read(fetched.epoch, queue.entry(), entry);
  if (access == HostMemory::Access::done) {
    queue.head = (queue.head + 1) % queue.entries;
    fetched.command = Command::decode(entry);
    context_.tasks.start(execute(fetched));
    co_return;
  }
  if (access == HostMemory::Access::failed) {
    fetch_errors_.add();
    stop();
    context_.fail();
  }
  leave(fetched);
}

Task<void> QueueServer::execute(Fetched fetched) {
  const std::optional<Result> result = co_await carry_out(fetched);
  if (result) co_await complete(fetched, *result);
  leave(fetched);
  report_events();
}

Task<std::optional<Result>> QueueServer::carry_out(Fetched fetched) {
  if (fetched.queue == 0) co_return co_await admin_.execute(fetched.command, fetched.epoch);
  co_return co_await io_.execute(fetched.command, fetched.epoch);
}

void QueueServer::leave(Fetched fetched) {
  queue_depth_.leave(scheduler_.now(), fetched.since);
  --context_.state.queues.submission(fetched.queue)->under_way;
  under_way_.remove();
  wake();
}

/// Waits for room in the completion queue. Slots are given out in the order of the posted writes
/// that fill them, and the interrupt follows its entry.
Task<void> QueueServer::complete(Fetched fetched, Result result) {
  HostMemory& memory = context_.memory;
  co_await Delay{scheduler_, context_.parameters.completion};
  const SubmissionQueue& submission = *context_.state.queues.submission(fetched.queue);
  CompletionQueue& queue = *context_.state.queues.completion(submission.completion_queue);
  while (memory.is(fetched.epoch) && queue.full())
    co_await progress_.wait();
  if (!memory.is(fetched.epoch)) co_return;
  const Completion completion{result.dword0, static_cast<std::uint16_t>(submission.head),
                              fetched.queue, fetched.command.command_id, result.status};
  const auto entry = completion.encode(queue.phase);
  const std::uint64_t slot = queue.slot();
  const bool interrupts = queue.interrupts;
  const std::uint16_t vector = queue.vector;
  queue.advance();
  commands_.add();
  if (result.status != Status::success) errors_.add();
  const HostMemory::Access posted = co_await memory.write(fetched.epoch, slot, entry);
  if (posted != HostMemory::Access::done) co_return;
  if (interrupts) co_await interrupt(vector, fetched.epoch);
  record(fetched, result);
}

void QueueServer::record(const Fetched& fetched, const Result& result) {
  if (fetched.queue == 0 || result.status != Status::success) return;
  const Time took = scheduler_.now() - fetched.offered;
  const auto opcode = static_cast<IoOpcode>(fetched.command.opcode);
  if (opcode == IoOpcode::read) read_.record(took);
  if (opcode == IoOpcode::write) write_.record(took);
}

/// A masked vector signals when it is unmasked, if there are completions by then.
Task<void> QueueServer::interrupt(std::uint16_t vector, HostMemory::Epoch epoch) {
  constexpr unsigned maskable = 32;
  const bool can_mask = vector < maskable && !context_.memory.msix_enabled();
  if (can_mask && (masked_ >> vector & 1) != 0) co_return;
  co_await context_.memory.signal(epoch, vector);
}

void QueueServer::unmask(std::uint32_t vectors) {
  const std::uint32_t opened = masked_ & vectors;
  masked_ &= ~vectors;
  Queues& queues = context_.state.queues;
  for (unsigned id = 0; id <= queues.io_queues(); ++id) {
    const CompletionQueue* const queue = queues.completion(static_cast<std::uint16_t>(id));
    if (queue == nullptr || queue->empty() || !queue->interrupts || queue->vector >= 32) continue;
    if ((opened >> queue->vector & 1) == 0) continue;
    context_.tasks.start(interrupt_again(queue->vector, context_.memory.epoch()));
  }
}

Task<void> QueueServer::interrupt_again(std::uint16_t vector, HostMemory::Epoch epoch) {
  under_way_.add();
  co_await interrupt(vector, epoch);
  under_way_.remove();
}

void QueueServer::report_events() {
  while (const auto event = context_.state.events.take()) {
    const Fetched request{.queue = 0,
                          .offered = scheduler_.now(),
                          .since = scheduler_.now(),
                          .epoch = context_.memory.epoch(),
                          .command = {.command_id = event->first}};
    context_.tasks.start(complete_event(request, {Status::success, event->second}));
  }
}

Task<void> QueueServer::complete_event(Fetched request, Result result) {
  ++context_.state.queues.submission(0)->under_way;
  under_way_.add();
  queue_depth_.enter(request.since);
  co_await complete(request, result);
  leave(request);
}

}  // namespace doorbell::pcie::nvme
