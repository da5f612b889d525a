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
  if (!parameters.arrivals.is_open()) service_ = nominal_distance / 100 * nvme_.service;
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
      Drive{space, std::move(memory), pattern, Random(seeds.next()), 0, 0, nvme_.commands, {}}));
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
       .submissions = queue_memory(space, entries * submission_bytes),
       .completions = queue_memory(space, entries * completion_bytes),
       .prp_lists = has_lists ? space.ring(emitter_, nvme_.queue_depth * page_bytes) : 0,
       .buffers = Buffers(space, *drive.memory, nvme_.queue_depth),
       .done = std::vector<Number>(nvme_.queue_depth)});
}

/// Addresses of a queue, whose pages are mapped now or when they are reached.
std::uint64_t Nvme::queue_memory(Space& space, std::uint64_t bytes) {
  if (!maps_queues_as_reached()) return space.ring(emitter_, bytes);
  return space.addresses(pages_of(bytes) * page_bytes, page_bytes);
}

std::uint64_t Nvme::records_of_a_command() const {
  constexpr std::uint64_t without_data = 16;  // with shadow doorbells and strict invalidation
  constexpr std::uint64_t pages_of_queues = 2;
  return without_data + (nvme_.queues_as_reached ? pages_of_queues : 0) +
         pages_of(nvme_.size.largest);
}

/// In bypass addresses are the memory's own, which a queue needs in one piece.
bool Nvme::maps_queues_as_reached() const {
  return nvme_.queues_as_reached && parameters_.mapping.mode != Mapping::Mode::none;
}

void Nvme::more() {
  const std::size_t at = turns_->next();
  Queue& queue = queues_[at];
  emitter_.set_time(time_of(turns_->time()));
  make_room(at);
  const Command command = draw(queue);
  const Number fetched = begin(queue, command);
  open_.push_back({turns_->time(), at, command.number, command.bytes, fetched});
  turns_->advance();
  while (!turns_->empty() && queues_[turns_->next()].drive->left == 0)
    turns_->remove();
  handle_until(turns_->empty() ? open_.back().submitted + service_ : turns_->time());
}

/// What a full queue waits for stands before its next command, though it may not be due.
void Nvme::make_room(std::size_t queue) {
  if (queues_[queue].commands - queues_[queue].handled < nvme_.queue_depth) return;
  const auto oldest = std::ranges::find(open_, queue, &Open::queue);
  complete_until(oldest->submitted + service_ / 2);
  handle(*oldest);
  open_.erase(oldest);
  --completed_;
}

/// The drive's part of the time is the first half.
void Nvme::complete_until(Time time) {
  while (completed_ < open_.size() && open_[completed_].submitted + service_ / 2 <= time)
    complete(open_[completed_++]);
}

void Nvme::handle_until(Time time) {
  while (!open_.empty() && open_.front().submitted + service_ <= time) {
    complete_until(open_.front().submitted + service_);
    handle(open_.front());
    open_.pop_front();
    --completed_;
  }
  complete_until(time);
}

Nvme::Command Nvme::draw(Queue& queue) {
  auto& drive = *queue.drive;
  --drive.left;
  const std::uint32_t steps = (nvme_.size.largest - nvme_.size.smallest) / block + 1;
  const auto size = static_cast<std::uint32_t>(drive.random.below(steps)) * block;
  return {.number = queue.commands++,
          .unit = next_unit(drive),
          .bytes = nvme_.size.smallest + size,
          .is_read = drive.random.below(100) < nvme_.reads};
}

/// Of the pattern, or the one after it where a queue lies.
std::uint64_t Nvme::next_unit(Drive& drive) {
  auto unit = drive.pattern.next();
  while (drive.in_queues.contains(unit))
    unit = (unit + 1) % drive.memory->units();
  return unit;
}

Number Nvme::begin(Queue& queue, const Command& command) {
  if (maps_queues_as_reached()) map_queue_pages(queue, command);
  const Number submitted = submit(queue, command);
  const Number fetched = fetch(queue, command, submitted);
  move_data(queue, command, fetched);
  if (nvme_.shadow_doorbells) look_at_shadow(queue, 0, fetched);
  return fetched;
}

/// As an import does: a page of a queue is seen when the drive first reaches it.
void Nvme::map_queue_pages(Queue& queue, const Command& command) {
  if (command.number >= nvme_.queue_entries) return;
  const auto map_first = [&](std::uint64_t base, std::uint32_t bytes) {
    const std::uint64_t offset = command.number * bytes;
    if (offset % page_bytes == 0) map_queue_page(queue, base + offset);
  };
  map_first(queue.submissions, submission_bytes);
  map_first(queue.completions, completion_bytes);
}

void Nvme::map_queue_page(Queue& queue, std::uint64_t iova) {
  auto& drive = *queue.drive;
  const std::uint64_t unit = next_unit(drive);
  drive.in_queues.insert(unit);
  emitter_.processor(queue.submitter, trace::Map{.stream = drive.space.stream(),
                                                 .iova = iova,
                                                 .pages = 1,
                                                 .frame = drive.memory->frame(unit)});
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
void Nvme::look_at_shadow(Queue& queue, std::uint32_t head, Number fetched) {
  const auto& drive = *queue.drive;
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

/// A drive does one thing after the other: what it has begun meanwhile comes first, too.
void Nvme::complete(Open& open) {
  Queue& queue = queues_[open.queue];
  const auto& space = queue.drive->space;
  if (nvme_.shadow_doorbells) look_at_shadow(queue, 1, open.fetched);
  const auto entry = open.number % nvme_.queue_entries;
  const Number completed =
      emitter_.device_after_all(Access{.is_write = true,
                                       .stream = space.stream(),
                                       .iova = queue.completions + entry * completion_bytes,
                                       .bytes = completion_bytes,
                                       .kind = AccessKind::completion,
                                       .queue = queue.number},
                                open.fetched + 1, emitter_.last());
  open.signalled = emitter_.device(space.signal(queue.event), {completed});
}

void Nvme::handle(const Open& open) {
  Queue& queue = queues_[open.queue];
  ++queue.handled;
  const auto head = static_cast<std::uint32_t>((open.number + 1) % nvme_.queue_entries);
  const Number handled = emitter_.processor(
      queue.handler,
      trace::Handle{
          .stream = queue.drive->space.stream(), .queue = queue.number, .value = head, .closes = 1},
      {open.signalled});
  const Number unmapped =
      queue.buffers.unmap(emitter_, queue.handler, open.number, open.bytes, handled);
  queue.done[open.number % queue.done.size()] = unmapped == 0 ? handled : unmapped;
}

}  // namespace doorbell::workload
