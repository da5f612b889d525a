#include "traces/make/nic.h"

#include <algorithm>

namespace doorbell::workload {

using trace::Access;
using trace::AccessKind;
using trace::page_bytes;

namespace {

/// A deadline that no time reaches: after all work.
constexpr Time at_the_end = never - 1;

}  // namespace

Nic::Nic(const Parameters& parameters)
    : Generator(parameters, parameters.nic.ports * parameters.nic.packets),
      nic_(parameters_.nic),
      entries_(nic_.ring_entries()) {
  Random seeds(parameters.seed);
  queues_.reserve(std::size_t{nic_.ports} * nic_.queues);
  for (std::uint32_t i = 0; i < nic_.ports; ++i)
    add_port(i, seeds);
  header_.cpus = nic_.ports * nic_.queues;
  std::vector<ArrivalTimes> times;
  for (std::uint32_t i = 0; i < queues_.size(); ++i)
    times.emplace_back(parameters.arrivals, nic_.queues, i % nic_.queues, seeds.next());
  turns_ = std::make_unique<Turns>(std::move(times));
  // A packet is written, completed, unmapped, invalidated and mapped; twice, as in Nvme.
  const std::uint64_t records_of_a_packet = 8 + pages_of(nic_.size.largest);
  end_set_up(2 * queues_.size() * entries_ * records_of_a_packet);
}

void Nic::add_port(std::uint32_t number, Random& seeds) {
  auto& space = *spaces_.emplace_back(
      std::make_unique<Space>(number, nic_.queues, parameters_.mapping, frames_));
  header_.streams.push_back(space.info());
  const std::uint32_t first_cpu = number * nic_.queues;
  space.open_vectors(emitter_, first_cpu);
  left_.push_back(std::make_unique<std::uint64_t>(nic_.packets));
  for (std::uint32_t i = 0; i < nic_.queues; ++i)
    add_queue(space, i, first_cpu, seeds.next());
}

void Nic::add_queue(Space& space, std::uint32_t number, std::uint32_t first_cpu,
                    std::uint64_t seed) {
  const std::uint64_t ring_bytes = nic_.ring_pages * page_bytes;
  const std::uint64_t buffer_bytes = pages_of(nic_.size.largest) * page_bytes;
  auto& queue = queues_.emplace_back(Queue{.space = &space,
                                           .left = left_.back().get(),
                                           .number = number,
                                           .driver = {first_cpu + number, false},
                                           .handler = {first_cpu + number, true},
                                           .descriptors = space.ring(emitter_, ring_bytes),
                                           .completions = space.ring(emitter_, ring_bytes),
                                           .random = Random(seed)});
  const auto& mapping = space.mapping();
  const std::uint64_t unit =
      mapping.is_per_use() ? std::max(buffer_bytes, mapping.page_bytes()) : buffer_bytes;
  queue.memory = std::make_unique<BufferMemory>(space, emitter_, entries_ * unit, buffer_bytes);
  queue.buffers = std::make_unique<Buffers>(space, *queue.memory, entries_);
  queue.posted.resize(entries_);
  fill(queue);
}

/// Every descriptor of the ring gets its first buffer.
void Nic::fill(Queue& queue) {
  for (std::uint32_t i = 0; i < entries_; ++i)
    queue.buffers->map(emitter_, queue.driver, i, i, nic_.size.largest);
  const Number posted = emitter_.processor(
      queue.driver,
      trace::Submit{.stream = queue.space->stream(), .queue = queue.number, .value = entries_ - 1});
  std::fill(queue.posted.begin(), queue.posted.end(), posted);
}

void Nic::more() {
  const Time now = turns_->time();
  signal_until(now);
  Queue& queue = queues_[turns_->next()];
  emitter_.set_time(time_of(now));
  receive(queue, now);
  turns_->advance();
  while (!turns_->empty() && *queues_[turns_->next()].left == 0)
    turns_->remove();
  if (turns_->empty()) signal_until(never);
}

void Nic::receive(Queue& queue, Time now) {
  --*queue.left;
  const std::uint64_t number = queue.packets++;
  if (number % nic_.descriptor_batch == 0) fetch(queue);
  const auto spread = nic_.size.largest - nic_.size.smallest + 1;
  const auto bytes = nic_.size.smallest + static_cast<std::uint32_t>(queue.random.below(spread));
  const std::uint64_t address = queue.buffers->address(number, number % entries_);
  for (std::uint32_t done = 0; done < bytes; done += page_bytes) {
    emitter_.device(Access{.is_write = true,
                           .stream = queue.space->stream(),
                           .iova = address + done,
                           .bytes = std::min<std::uint32_t>(bytes - done, page_bytes),
                           .kind = AccessKind::data},
                    {queue.fetched});
  }
  // Posted after the data, and so behind them.
  queue.completed =
      emitter_.device(Access{.is_write = true,
                             .stream = queue.space->stream(),
                             .iova = queue.completions + number % entries_ * nic_.descriptor_bytes,
                             .bytes = nic_.descriptor_bytes,
                             .kind = AccessKind::completion},
                      {emitter_.last()});
  if (queue.packets - queue.signalled == nic_.moderation.packets) return signal(queue);
  if (queue.packets - queue.signalled > 1) return;
  // Closed loops know no time: there the last packets are signalled at the end.
  const bool by_time = parameters_.arrivals.is_open() && nic_.moderation.time != 0;
  set_deadline(queue, by_time ? now + nic_.moderation.time : at_the_end);
}

void Nic::fetch(Queue& queue) {
  const std::uint64_t first = queue.packets - 1;
  const std::uint64_t last = first + nic_.descriptor_batch - 1;
  queue.fetched =
      emitter_.device(Access{.stream = queue.space->stream(),
                             .iova = queue.descriptors + first % entries_ * nic_.descriptor_bytes,
                             .bytes = nic_.descriptor_batch * nic_.descriptor_bytes,
                             .kind = AccessKind::fetch,
                             .queue = queue.number},
                      {queue.posted[last % entries_]});
}

void Nic::set_deadline(Queue& queue, Time deadline) {
  const auto number = static_cast<std::size_t>(&queue - queues_.data());
  deadlines_.erase({queue.deadline, number});
  queue.deadline = deadline;
  if (deadline != never) deadlines_.insert({deadline, number});
}

void Nic::signal_until(Time now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto [deadline, number] = *deadlines_.begin();
    if (deadline != at_the_end) emitter_.set_time(time_of(deadline));
    signal(queues_[number]);
  }
}

void Nic::signal(Queue& queue) {
  set_deadline(queue, never);
  const Number signalled = emitter_.device(queue.space->signal(queue.number), {queue.completed});
  refill(queue, signalled);
}

/// The handler: unmaps what was received, then maps and posts as many buffers.
void Nic::refill(Queue& queue, Number after) {
  const std::uint64_t first = queue.signalled;
  queue.signalled = queue.packets;
  for (std::uint64_t use = first; use < queue.packets; ++use)
    queue.buffers->unmap(emitter_, queue.handler, use, nic_.size.largest, after);
  for (std::uint64_t use = first; use < queue.packets; ++use)
    queue.buffers->map(emitter_, queue.handler, use + entries_, use % entries_, nic_.size.largest);
  const auto tail = static_cast<std::uint32_t>((queue.packets - 1) % entries_);
  const Number posted = emitter_.processor(
      queue.handler,
      trace::Submit{.stream = queue.space->stream(), .queue = queue.number, .value = tail},
      {after});
  for (std::uint64_t use = first; use < queue.packets; ++use)
    queue.posted[use % entries_] = posted;
}

}  // namespace doorbell::workload
