#include "doorbell/pcie/nvme/input_output.h"

#include <algorithm>

namespace doorbell::pcie::nvme {
namespace {

Status status_of(HostMemory::Access access) {
  return access == HostMemory::Access::done ? Status::success : Status::data_transfer_error;
}

}  // namespace

IoCommands::IoCommands(Simulation& simulation, const StatisticsGroup& group,
                       const NvmeParameters& parameters, State& state, BackingFile& drive,
                       HostMemory& memory)
    : scheduler_(simulation.scheduler()),
      parameters_(parameters),
      state_(state),
      drive_(drive),
      memory_(memory),
      media_(scheduler_, group, "media", parameters.channels) {}

Task<Result> IoCommands::execute(Command command, HostMemory::Epoch epoch) {
  const IoRequest request = IoRequest::decode(command, state_.drive);
  if (request.status != Status::success) co_return Result{request.status};
  switch (request.opcode) {
    case IoOpcode::read:
      co_return Result{co_await read(request, command, epoch)};
    case IoOpcode::write:
      co_return Result{co_await write(request, command, epoch)};
    case IoOpcode::write_zeroes:
      co_return Result{co_await write_zeroes(request, epoch)};
    case IoOpcode::dataset_management:
      co_return Result{co_await manage_dataset(request, command, epoch)};
    case IoOpcode::flush:
      break;
  }
  co_await access_media(parameters_.write, epoch);
  co_return Result{};
}

Task<bool> IoCommands::access_media(Time time, HostMemory::Epoch epoch) {
  Slot channel = co_await media_.acquire();
  if (memory_.is(epoch)) co_await Delay{scheduler_, time};
  co_return memory_.is(epoch);
}

Task<Status> IoCommands::read(IoRequest request, Command command, HostMemory::Epoch epoch) {
  PrpWalk walk(command.prp1, command.prp2, request.transfer_bytes);
  const HostMemory::Access found = co_await memory_.find(epoch, walk);
  if (walk.status() != Status::success) co_return walk.status();
  if (found != HostMemory::Access::done) co_return status_of(found);
  const bool alive = co_await access_media(parameters_.read, epoch);
  if (!alive) co_return Status::internal_error;
  ++state_.health.reads;
  state_.health.bytes_read += request.transfer_bytes;
  co_return status_of(
      co_await memory_.scatter(epoch, walk.segments(), drive_.bytes(request.range)));
}

Task<Status> IoCommands::write(IoRequest request, Command command, HostMemory::Epoch epoch) {
  std::vector<std::uint8_t> data(request.transfer_bytes);
  const Status taken = co_await take_data(command, epoch, data);
  if (taken != Status::success) co_return taken;
  const bool alive = co_await access_media(parameters_.write, epoch);
  if (!alive) co_return Status::internal_error;
  ++state_.health.writes;
  state_.health.bytes_written += request.transfer_bytes;
  std::copy(data.begin(), data.end(), drive_.bytes(request.range).begin());
  co_return Status::success;
}

Task<Status> IoCommands::write_zeroes(IoRequest request, HostMemory::Epoch epoch) {
  const bool alive = co_await access_media(parameters_.write, epoch);
  if (!alive) co_return Status::internal_error;
  drive_.zero(request.range);
  co_return Status::success;
}

/// Deallocated blocks read zero (DLFEAT); other attributes are hints.
Task<Status> IoCommands::manage_dataset(IoRequest request, Command command,
                                        HostMemory::Epoch epoch) {
  std::vector<std::uint8_t> data(request.transfer_bytes);
  const Status taken = co_await take_data(command, epoch, data);
  if (taken != Status::success) co_return taken;
  std::vector<DriveRange> ranges;
  const Status legal = dataset_ranges(data, state_.drive, ranges);
  if (legal != Status::success || !request.deallocate) co_return legal;
  const bool alive = co_await access_media(parameters_.write, epoch);
  if (!alive) co_return Status::internal_error;
  for (const DriveRange& range : ranges)
    drive_.zero(range);
  co_return Status::success;
}

Task<Status> IoCommands::take_data(Command command, HostMemory::Epoch epoch,
                                   std::span<std::uint8_t> into) {
  PrpWalk walk(command.prp1, command.prp2, static_cast<std::uint32_t>(into.size()));
  HostMemory::Access access = co_await memory_.find(epoch, walk);
  if (walk.status() != Status::success) co_return walk.status();
  if (access == HostMemory::Access::done) {
    access = co_await memory_.gather(epoch, walk.segments(), into);
  }
  co_return status_of(access);
}

}  // namespace doorbell::pcie::nvme
