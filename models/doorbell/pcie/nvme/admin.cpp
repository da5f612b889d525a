#include "doorbell/pcie/nvme/admin.h"

#include <utility>

namespace doorbell::pcie::nvme {

Task<std::optional<Result>> AdminCommands::execute(Command command, HostMemory::Epoch epoch) {
  constexpr std::uint32_t not_aborted = 1;  // DW0 of Abort, bit 0
  if (command.fuse != 0 || command.psdt != 0) co_return Result{Status::invalid_field};
  switch (static_cast<AdminOpcode>(command.opcode)) {
    case AdminOpcode::delete_io_submission_queue:
      co_return co_await delete_submission_queue(command, epoch);
    case AdminOpcode::create_io_submission_queue:
      co_return Result{state_.queues.create_submission_queue(command)};
    case AdminOpcode::get_log_page:
      co_return co_await get_log_page(command, epoch);
    case AdminOpcode::delete_io_completion_queue:
      co_return Result{state_.queues.delete_completion_queue(command)};
    case AdminOpcode::create_io_completion_queue:
      co_return Result{state_.queues.create_completion_queue(command)};
    case AdminOpcode::identify:
      co_return co_await identify(command, epoch);
    case AdminOpcode::abort:
      // Aborting is best effort (5.1): commands end soon by themselves.
      co_return Result{Status::success, not_aborted};
    case AdminOpcode::set_features:
      co_return state_.features.set(command, state_.queues.any_io_queue());
    case AdminOpcode::get_features:
      co_return state_.features.get(command);
    case AdminOpcode::asynchronous_event_request:
      if (state_.events.hold(command.command_id)) co_return std::nullopt;
      co_return Result{Status::asynchronous_event_limit};
  }
  co_return Result{Status::invalid_opcode};
}

/// Its commands complete before the deletion does (5.6).
Task<Result> AdminCommands::delete_submission_queue(Command command, HostMemory::Epoch epoch) {
  Status status{};
  const SubmissionQueue* const queue = state_.queues.closing(command, status);
  if (queue == nullptr) co_return Result{status};
  while (queue->under_way != 0 && memory_.is(epoch))
    co_await progress_.wait();
  if (memory_.is(epoch)) {
    state_.queues.remove_submission_queue(static_cast<std::uint16_t>(command.cdw10()));
  }
  co_return Result{};
}

Task<Result> AdminCommands::get_log_page(Command command, HostMemory::Epoch epoch) {
  const LogRequest request = LogRequest::decode(command);
  state_.health.powered = scheduler_.now();
  std::vector<std::uint8_t> data;
  const Status status = read_log(request, state_.health, data);
  if (status != Status::success) co_return Result{status};
  if (request.page == LogPage::errors && !request.retain_event) state_.events.clear();
  co_return co_await deliver(command, epoch, request.length, std::move(data));
}

Task<Result> AdminCommands::identify(Command command, HostMemory::Epoch epoch) {
  std::vector<std::uint8_t> data;
  const Status status = state_.identify.page(command, data);
  if (status != Status::success) co_return Result{status};
  co_return co_await deliver(command, epoch, page_bytes, std::move(data));
}

Task<Result> AdminCommands::deliver(Command command, HostMemory::Epoch epoch,
                                    std::uint32_t buffer_bytes, std::vector<std::uint8_t> data) {
  PrpWalk walk(command.prp1, command.prp2, buffer_bytes);
  HostMemory::Access access = co_await memory_.find(epoch, walk);
  if (walk.status() != Status::success) co_return Result{walk.status()};
  if (access == HostMemory::Access::done) {
    access = co_await memory_.scatter(epoch, walk.segments(), data);
  }
  co_return Result{access == HostMemory::Access::done ? Status::success
                                                      : Status::data_transfer_error};
}

}  // namespace doorbell::pcie::nvme
