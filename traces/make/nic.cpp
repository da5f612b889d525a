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
  turns_ =
      std::make_unique<Turns>(times_of_queues(parameters.arrivals, nic_.ports, nic_.queues, seeds));
  // A packet is written, completed, unmapped, invalidated and mapped, to either side; twice, as in
  // Nvme.
  const std::uint64_t sides = nic_.transmit > 0 ? 2 : 1;
  const std::uint64_t records_of_a_packet = sides * (8 + pages_of(nic_.size.largest));
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
  queues_.push_back(Queue{.space = &space,
                          .left = left_.back().get(),
                          .number = number,
                          .driver = {first_cpu + number, false},
                          .handler = {first_cpu + number, true},
                          .received = make_ring(space),
                          .random = Random(seed)});
  if (nic_.transmit > 0) queues_.back().sent = make_ring(space);
  fill(queues_.back());
}

Nic::Ring Nic::make_ring(Space& space) {
  const std::uint64_t ring_bytes = nic_.ring_pages * page_bytes;
  const std::uint64_t buffer_bytes = pages_of(nic_.size.largest) * page_bytes;
  Ring ring{.descriptors = space.ring(emitter_, ring_bytes),
            .completions = space.ring(emitter_, ring_bytes)};
  const auto& mapping = space.mapping();
  const std::uint64_t unit =
      mapping.is_per_use() ? std::max(buffer_bytes, mapping.page_bytes()) : buffer_bytes;
  ring.memory = std::make_unique<BufferMemory>(space, emitter_, entries_ * unit, buffer_bytes);
  ring.buffers = std::make_unique<Buffers>(space, *ring.memory, entries_);
  ring.ready.resize(entries_);
  return ring;
}

/// Every descriptor of the ring gets its first buffer.
void Nic::fill(Queue& queue) {
  auto& ring = queue.received;
  for (std::uint32_t i = 0; i < entries_; ++i)
    ring.buffers->map(emitter_, queue.driver, i, i, nic_.size.largest);
  const Number posted = emitter_.processor(
      queue.driver,
      trace::Submit{.stream = queue.space->stream(), .queue = queue.number, .value = entries_ - 1});
  std::fill(ring.ready.begin(), ring.ready.end(), posted);
}

void Nic::more() {
  const Time now = turns_->time();
  signal_until(now);
  Queue& queue = queues_[turns_->next()];
  emitter_.set_time(time_of(now));
  --*queue.left;
  if (nic_.transmit > 0 && queue.random.below(100) < nic_.transmit) {
    send(queue);
  } else {
    receive(queue);
  }
  moderate(queue, now);
  turns_->advance();
  while (!turns_->empty() && *queues_[turns_->next()].left == 0)
    turns_->remove();
  if (turns_->empty()) signal_until(never);
}

std::uint32_t Nic::draw_size(Queue& queue) const {
  const auto spread = nic_.size.largest - nic_.size.smallest + 1;
  return nic_.size.smallest + static_cast<std::uint32_t>(queue.random.below(spread));
}

void Nic::receive(Queue& queue) {
  auto& ring = queue.received;
  if (ring.packets % nic_.descriptor_batch == 0) fetch(queue);
  constexpr bool is_write = true;
  move(queue, ring, is_write, draw_size(queue), queue.fetched);
  complete(queue, ring, emitter_.last());  // posted after the data, and so behind them
  ++ring.packets;
}

void Nic::fetch(Queue& queue) {
  const auto& ring = queue.received;
  const std::uint64_t last = ring.packets + nic_.descriptor_batch - 1;
  queue.fetched = emitter_.device(
      Access{.stream = queue.space->stream(),
             .iova = ring.descriptors + ring.packets % entries_ * nic_.descriptor_bytes,
             .bytes = nic_.descriptor_batch * nic_.descriptor_bytes,
             .kind = AccessKind::fetch,
             .queue = queue.number},
      {ring.ready[last % entries_]});
}

void Nic::send(Queue& queue) {
  auto& ring = queue.sent;
  const auto place = ring.packets % entries_;
  const auto stream = queue.space->stream();
  // Queues that send are numbered after those that receive.
  const std::uint32_t number = nic_.queues + queue.number;
  ring.buffers->map(emitter_, queue.driver, ring.packets, place, nic_.size.largest);
  const Number submitted = emitter_.processor(
      queue.driver,
      trace::Submit{.stream = stream,
                    .queue = number,
                    .value = static_cast<std::uint32_t>((ring.packets + 1) % entries_)},
      {ring.ready[place]});
  const Number fetched =
      emitter_.device(Access{.stream = stream,
                             .iova = ring.descriptors + place * nic_.descriptor_bytes,
                             .bytes = nic_.descriptor_bytes,
                             .kind = AccessKind::fetch,
                             .queue = number},
                      {submitted});
  constexpr bool is_write = false;
  move(queue, ring, is_write, draw_size(queue), fetched);
  complete(queue, ring, fetched + 1);
  ++ring.packets;
}

void Nic::move(Queue& queue, const Ring& ring, bool is_write, std::uint32_t bytes, Number after) {
  const std::uint64_t address = ring.buffers->address(ring.packets, ring.packets % entries_);
  for (std::uint32_t done = 0; done < bytes; done += page_bytes) {
    emitter_.device(Access{.is_write = is_write,
                           .stream = queue.space->stream(),
                           .iova = address + done,
                           .bytes = std::min<std::uint32_t>(bytes - done, page_bytes),
                           .kind = AccessKind::data},
                    {after});
  }
}

/// After the records from `first` on.
void Nic::complete(Queue& queue, const Ring& ring, Number first) {
  queue.completed.push_back(emitter_.device_after_all(
      Access{.is_write = true,
             .stream = queue.space->stream(),
             .iova = ring.completions + ring.packets % entries_ * nic_.descriptor_bytes,
             .bytes = nic_.descriptor_bytes,
             .kind = AccessKind::completion},
      first, emitter_.last()));
}

void Nic::moderate(Queue& queue, Time now) {
  if (queue.waiting() == nic_.moderation.packets) return signal(queue);
  if (queue.waiting() > 1) return;
  // Closed loops know no time: there the last packets are signalled at the end.
  const bool by_time = parameters_.arrivals.is_open() && nic_.moderation.time != 0;
  set_deadline(queue, by_time ? now + nic_.moderation.time : at_the_end);
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
  const Number signalled = emitter_.device(queue.space->signal(queue.number), queue.completed);
  queue.completed.clear();
  reclaim(queue, signalled);
  refill(queue, signalled);
}

/// The handler: unmaps what was sent.
void Nic::reclaim(Queue& queue, Number after) {
  auto& ring = queue.sent;
  for (; ring.handled < ring.packets; ++ring.handled) {
    const Number unmapped =
        ring.buffers->unmap(emitter_, queue.handler, ring.handled, nic_.size.largest, after);
    ring.ready[ring.handled % entries_] = unmapped == 0 ? after : unmapped;
  }
}

/// The handler: unmaps what was received, then maps and posts as many buffers.
void Nic::refill(Queue& queue, Number after) {
  auto& ring = queue.received;
  const std::uint64_t first = ring.handled;
  if (first == ring.packets) return;
  ring.handled = ring.packets;
  for (std::uint64_t use = first; use < ring.packets; ++use)
    ring.buffers->unmap(emitter_, queue.handler, use, nic_.size.largest, after);
  for (std::uint64_t use = first; use < ring.packets; ++use)
    ring.buffers->map(emitter_, queue.handler, use + entries_, use % entries_, nic_.size.largest);
  const auto tail = static_cast<std::uint32_t>((ring.packets - 1) % entries_);
  const Number posted = emitter_.processor(
      queue.handler,
      trace::Submit{.stream = queue.space->stream(), .queue = queue.number, .value = tail},
      {after});
  for (std::uint64_t use = first; use < ring.packets; ++use)
    ring.ready[use % entries_] = posted;
}

}  // namespace doorbell::workload
