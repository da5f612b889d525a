#include "traces/make/nvme.h"

#include <algorithm>

namespace doorbell::workload {

using trace::Access;
using trace::AccessKind;
using trace::page_bytes;

namespace {

// NVM Express base specification 2.0, 3.3.3: entries of queues, and 4.1.1: of PRP lists.
constexpr std::uint32_t submission_bytes = 64;
constexpr std::uint32_t completion_bytes = 16;
constexpr std::uint32_t prp_bytes = 8;
constexpr std::uint32_t pages_without_list = 2;
/// A doorbell in memory: for each queue a tail and a head (5.8, Doorbell Buffer Config).
constexpr std::uint32_t doorbell_bytes = 4;
constexpr std::uint32_t block = 512;  // what sizes are multiples of

std::uint64_t pieces_of(const NvmeParameters& nvme) {
  return nvme.drives * nvme.commands;
}

}  // namespace

Nvme::Nvme(const Parameters& parameters)
    : Generator(parameters, pieces_of(parameters.nvme)), nvme_(parameters_.nvme) {
  Random seeds(parameters.seed);
  for (std::uint32_t i = 0; i < nvme_.drives; ++i)
    add_drive(i, seeds);
  header_.cpus = nvme_.drives * nvme_.queues;
  turns_ = std::make_unique<Turns>(
      times_of_queues(parameters.arrivals, nvme_.drives, nvme_.queues, seeds));
  // Twice what is under way, as queues don't keep pace exactly.
  end_set_up(2 * queues_.size() * nvme_.queue_depth * records_of_a_command());
}

void Nvme::add_drive(std::uint32_t number, Random& seeds) {
  Space space(number, nvme_.vectors_used(), parameters_.mapping, frames_);
  header_.streams.push_back(space.info());
  const std::uint32_t first_cpu = number * nvme_.queues;
  space.open_vectors(emitter_, first_cpu);
  auto memory = std::make_unique<BufferMemory>(space, emitter_, nvme_.range, nvme_.size.largest);
  const PatternOf pattern(nvme_.pattern, memory->units(), seeds.next());
  auto& drive = *drives_.emplace_back(std::make_unique<Drive>(
      Drive{space, std::move(memory), pattern, Random(seeds.next()), 0, 0, nvme_.commands}));
  if (nvme_.shadow_doorbells) {
    const std::uint64_t bytes = 2 * doorbell_bytes * (nvme_.queues + 1);
    drive.shadow = drive.space.ring(emitter_, bytes);
    drive.event_index = drive.space.ring(emitter_, bytes);
  }
  for (std::uint32_t i = 0; i < nvme_.queues; ++i)
    add_queue(drive, i, first_cpu);
}

void Nvme::add_queue(Drive& drive, std::uint32_t number, std::uint32_t first_cpu) {
  const std::uint32_t event = number % nvme_.vectors_used();
  auto& space = drive.space;
  const std::uint64_t entries = nvme_.queue_entries;
  const bool has_lists = nvme_.prp_lists && nvme_.size.largest > pages_without_list * page_bytes;
  queues_.push_back(
      {.drive = &drive,
       .number = number + 1,
       .event = event,
       .submitter = {first_cpu + number, false},
       .handler = {first_cpu + event, true},
       .submissions = space.ring(emitter_, entries * submission_bytes),
       .completions = space.ring(emitter_, entries * completion_bytes),
       .prp_lists = has_lists ? space.ring(emitter_, nvme_.queue_depth * page_bytes) : 0,
       .buffers = Buffers(space, *drive.memory, nvme_.queue_depth),
       .done = std::vector<Number>(nvme_.queue_depth)});
}

std::uint64_t Nvme::records_of_a_command() const {
  constexpr std::uint64_t without_data = 16;  // with shadow doorbells and strict invalidation
  return without_data + pages_of(nvme_.size.largest);
}

void Nvme::more() {
  Queue& queue = queues_[turns_->next()];
  emitter_.set_time(time_of(turns_->time()));
  emit(queue, draw(queue));
  turns_->advance();
  while (!turns_->empty() && queues_[turns_->next()].drive->left == 0)
    turns_->remove();
}

Nvme::Command Nvme::draw(Queue& queue) {
  auto& drive = *queue.drive;
  --drive.left;
  const std::uint32_t steps = (nvme_.size.largest - nvme_.size.smallest) / block + 1;
  const auto size = static_cast<std::uint32_t>(drive.random.below(steps)) * block;
  return {.number = queue.commands++,
          .unit = drive.pattern.next(),
          .bytes = nvme_.size.smallest + size,
          .is_read = drive.random.below(100) < nvme_.reads};
}

void Nvme::emit(Queue& queue, const Command& command) {
  const Number submitted = submit(queue, command);
  const Number fetched = fetch(queue, command, submitted);
  move_data(queue, command, fetched);
  if (nvme_.shadow_doorbells) look_at_shadows(queue, fetched);
  complete(queue, command, fetched);
}

Number Nvme::submit(Queue& queue, const Command& command) {
  queue.buffers.map(emitter_, queue.submitter, command.number, command.unit, command.bytes);
  const auto tail = static_cast<std::uint32_t>((command.number + 1) % nvme_.queue_entries);
  return emitter_.processor(
      queue.submitter,
      trace::Submit{.stream = queue.drive->space.stream(), .queue = queue.number, .value = tail},
      {queue.done[command.number % queue.done.size()]});
}

/// What all other accesses of the command come after. The doorbell was written, so the drive
/// needn't wait for the one in memory.
Number Nvme::fetch(Queue& queue, const Command& command, Number submitted) {
  const auto stream = queue.drive->space.stream();
  if (nvme_.shadow_doorbells) {
    emitter_.device(Access{.stream = stream,
                           .iova = queue.drive->shadow + 2 * doorbell_bytes * queue.number,
                           .bytes = doorbell_bytes,
                           .kind = AccessKind::shadow_doorbell},
                    {submitted});
  }
  const auto entry = command.number % nvme_.queue_entries;
  const Number fetched =
      emitter_.device(Access{.stream = stream,
                             .iova = queue.submissions + entry * submission_bytes,
                             .bytes = submission_bytes,
                             .kind = AccessKind::fetch,
                             .queue = queue.number,
                             .opcode = command.is_read ? "NVM_CMD_READ" : "NVM_CMD_WRITE"},
                      {submitted});
  const std::uint64_t pages = pages_of(command.bytes);
  if (queue.prp_lists == 0 || pages <= pages_without_list) return fetched;
  return emitter_.device(
      Access{.stream = stream,
             .iova = queue.prp_lists + command.number % nvme_.queue_depth * page_bytes,
             .bytes = static_cast<std::uint32_t>(pages - 1) * prp_bytes,
             .kind = AccessKind::prp_list},
      {fetched});
}

void Nvme::move_data(Queue& queue, const Command& command, Number fetched) {
  const std::uint64_t address = queue.buffers.address(command.number, command.unit);
  for (std::uint32_t done = 0; done < command.bytes; done += page_bytes) {
    emitter_.device(Access{.is_write = command.is_read,
                           .stream = queue.drive->space.stream(),
                           .iova = address + done,
                           .bytes = std::min<std::uint32_t>(command.bytes - done, page_bytes),
                           .kind = AccessKind::data},
                    {fetched});
  }
}

/// For the tail and the head alike the drive says when it wants to be told, then looks once more.
void Nvme::look_at_shadows(Queue& queue, Number fetched) {
  const auto& drive = *queue.drive;
  for (const std::uint32_t head : {0, 1}) {
    const std::uint64_t offset = doorbell_bytes * (2 * queue.number + head);
    emitter_.device(Access{.is_write = true,
                           .stream = drive.space.stream(),
                           .iova = drive.event_index + offset,
                           .bytes = doorbell_bytes,
                           .kind = AccessKind::event_index},
                    {fetched});
    emitter_.device(Access{.stream = drive.space.stream(),
                           .iova = drive.shadow + offset,
                           .bytes = doorbell_bytes,
                           .kind = AccessKind::shadow_doorbell},
                    {fetched});
  }
}

void Nvme::complete(Queue& queue, const Command& command, Number fetched) {
  const auto& space = queue.drive->space;
  const auto entry = command.number % nvme_.queue_entries;
  const Number completed =
      emitter_.device_after_all(Access{.is_write = true,
                                       .stream = space.stream(),
                                       .iova = queue.completions + entry * completion_bytes,
                                       .bytes = completion_bytes,
                                       .kind = AccessKind::completion,
                                       .queue = queue.number},
                                fetched + 1, emitter_.last());
  const Number signalled = emitter_.device(space.signal(queue.event), {completed});
  const auto head = static_cast<std::uint32_t>((command.number + 1) % nvme_.queue_entries);
  const Number handled = emitter_.processor(
      queue.handler,
      trace::Handle{.stream = space.stream(), .queue = queue.number, .value = head, .closes = 1},
      {signalled});
  const Number unmapped =
      queue.buffers.unmap(emitter_, queue.handler, command.number, command.bytes, handled);
  queue.done[command.number % queue.done.size()] = unmapped == 0 ? handled : unmapped;
}

}  // namespace doorbell::workload
