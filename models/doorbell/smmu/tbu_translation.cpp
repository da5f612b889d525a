// The TBU's look-ups, its requests to the TCU, and what the TCU asks of it.
#include <algorithm>

#include "doorbell/smmu/tbu.h"

namespace doorbell::smmu {

bool Tbu::look_up_micro_tlb(const Source& source, std::uint64_t address, Translation& translation) {
  const TlbEntry* const entry = micro_tlb_.lookup(StreamWord::of(source.stream), address).entry;
  if (entry == nullptr || !entry->leaf.permissions.allow(source.access)) {
    micro_tlb_statistics_.miss();
    return false;
  }
  micro_tlb_statistics_.hit();
  translation = {true, entry->translate(address), entry->attributes};
  return true;
}

/// From a translation slot on: for what isn't on the shortest way.
Task<Tbu::Translation> Tbu::translate_in_turn(const Source& source, std::uint64_t address,
                                              bool& counted) {
  const Slot slot = co_await translations_.acquire(
      Holder{"translation of stream", source.stream.stream_id}, source.journey);
  co_await clock_.cycles(parameters_.tbu.micro_tlb.latency);
  Translation translation;
  if (!look_up_micro_tlb(source, address, translation)) {
    translation = co_await translate(source, address, counted);
  }
  co_return translation;
}

/// Whether a TLB still has the page: an invalidation that came was of something else. No look-up of
/// the hardware's, which compares what waits with what it invalidates.
bool Tbu::still_translates(const Source& source, std::uint64_t address,
                           Translation& translation) const {
  const StreamWord word = StreamWord::of(source.stream);
  const TlbEntry* entry = micro_tlb_.peek(word, address);
  if (entry == nullptr) entry = main_tlb_.peek(word, address);
  if (entry == nullptr || !entry->leaf.permissions.allow(source.access)) return false;
  translation = {
      .allowed = true, .address = entry->translate(address), .attributes = entry->attributes};
  return true;
}

/// What follows a miss in the micro TLB.
Task<Tbu::Translation> Tbu::translate(const Source& source, std::uint64_t address, bool& counted) {
  const std::uint32_t stream_id = source.stream.stream_id;
  co_await main_tlb_turn(1, parameters_.tbu.main_tlb.latency, stream_id, source.journey);
  const StreamWord word = StreamWord::of(source.stream);
  const unsigned probes = main_tlb_.lookup(word, address).probes;
  // One look-up for each page size in use (MMU-600), one after the other.
  if (probes > 1) {
    const unsigned more = probes - 1;
    co_await main_tlb_turn(more, more * parameters_.tbu.main_tlb_interval, stream_id,
                           source.journey);
  }
  // Looked up at the end: an invalidation may have come meanwhile.
  const TlbEntry* const entry = main_tlb_.lookup(word, address).entry;
  if (entry != nullptr && entry->leaf.permissions.allow(source.access)) {
    main_tlb_statistics_.hit();
    const Translation translation{true, entry->translate(address), entry->attributes};
    micro_tlb_.insert(*entry);
    co_return translation;
  }
  main_tlb_statistics_.miss();
  if (!counted) monitored_.count(MonitorEvent::tlb_miss, stream_id);
  counted = true;
  co_return co_await miss(source, address);
}

/// Waits for the look-up pipeline: `lookups` turns, one every `main_tlb_interval`, and a result
/// `latency` cycles after the first.
Task<void> Tbu::main_tlb_turn(unsigned lookups, std::uint64_t latency, std::uint32_t stream_id,
                              JourneyHandle journey) {
  const Time arrival = now();
  // Under loose timing local times don't follow each other, and nobody waits for the port.
  Time start = clock_.after(arrival, 0);
  if (scheduler().timing() == Timing::approximate) {
    if (journey && main_tlb_free_ > start) {
      journey.wait(arrival, "the main TLB's port", main_tlb_latest_);
    }
    start = std::max(start, main_tlb_free_);
    main_tlb_latest_ = {"look-up of stream", stream_id};
    main_tlb_free_ =
        clock_.after(start, std::uint64_t{lookups} * parameters_.tbu.main_tlb_interval);
    main_tlb_server_.occupy(start, main_tlb_free_);
  }
  journey.serve(start, "main TLB look-up");
  co_await Delay(scheduler(), clock_.after(start, latency) - arrival);
}

Task<Tbu::Translation> Tbu::miss(const Source& source, std::uint64_t address) {
  // Nobody is to wait for software with one that stalls.
  if (may_stall(source)) {
    const Answer own = co_await ask(source, address);
    co_return translation_of(own, address);
  }
  const MissKey key{source.stream, address / smallest_page};
  Answer answer;
  if (auto* const pending = misses_.find(key)) {
    merged_misses_.add();
    source.journey.wait(now(), "another's miss", Holder{"translation of page", key.page});
    answer = co_await misses_.join(*pending);
    source.journey.serve(now());
    if (answer.message.result == dti::TranslationAnswer::Result::translated &&
        answer.message.entry.leaf.permissions.allow(source.access)) {
      co_return translation_of(answer, address);
    }
    barrier_.leave(answer.epoch);
    // Not for this access, or terminated: every transaction has a fault, and an event, of its own.
    answer = co_await ask(source, address);
  } else {
    auto& opened = misses_.open(key);
    answer = co_await ask(source, address);
    // A SYNC may be the next to come: it waits for those who have joined, too.
    for (unsigned n = misses_.joined(opened); n > 0; --n)
      barrier_.join(answer.epoch);
    misses_.complete(opened, answer);
  }
  co_return translation_of(answer, address);
}

/// What an answer makes of an address of its page; of none, when it is terminated.
Tbu::Translation Tbu::translation_of(const Answer& answer, std::uint64_t address) {
  const dti::TranslationAnswer& message = answer.message;
  if (message.result != dti::TranslationAnswer::Result::translated) {
    barrier_.leave(answer.epoch);
    return {.raz_wi = message.result == dti::TranslationAnswer::Result::raz_wi};
  }
  return {.allowed = true,
          .address = message.entry.translate(address),
          .attributes = message.entry.attributes,
          .lasting = message.may_cache,
          .epoch = answer.epoch};
}

/// From now on a SYNC waits for what goes by this translation, until `barrier_.leave`.
unsigned Tbu::use(Translation& translation) {
  return translation.epoch ? *translation.epoch : barrier_.enter();
}

Task<Tbu::Answer> Tbu::ask(const Source& source, std::uint64_t address) {
  const JourneyHandle journey = source.journey;
  const Slot token =
      co_await requests_.acquire(Holder{"translation of page", address / smallest_page}, journey);
  if (journey && dti.credits(Dti::translation_credits).available() == 0) {
    journey.wait(now(), "translation credits", requests_.oldest_holder());
  }
  co_await dti.credits(Dti::translation_credits).take();
  const Time sent = to_tcu_.next();
  if (journey && sent > now()) journey.wait(now(), "DTI's width", Holder{});
  journey.serve(sent, "DTI");
  PendingAnswer& pending = *answers_[token.index()];
  pending.has_answer = false;
  const dti::ToTcu request{
      dti::TranslationRequest{.token = token.index(),
                              .stream = source.stream,
                              .address = address,
                              .access = source.access,
                              .flow = may_stall(source) ? source.flow : dti::Flow::no_stall,
                              .journey = journey}};
  dti.send(request, to_tcu_.send(dti::bytes_of(request)));
  while (!pending.has_answer)
    co_await pending.arrived.wait();
  journey.enter(stage_, now());
  co_return pending.answer;
}

void Tbu::receive(dti::ToTbu& message) {
  if (const auto* const answer = std::get_if<dti::TranslationAnswer>(&message)) {
    take_answer(*answer);
  } else if (const auto* const request = std::get_if<dti::InvalidationRequest>(&message)) {
    control_.push(*request);
  } else {
    control_.push(dti::SyncRequest{});
  }
}

void Tbu::take_answer(const dti::TranslationAnswer& answer) {
  if (answer.result == dti::TranslationAnswer::Result::translated && answer.may_cache) {
    main_tlb_.insert(answer.entry);
    micro_tlb_.insert(answer.entry);
  }
  PendingAnswer& pending = *answers_[answer.token];
  pending.answer = {answer, barrier_.enter()};
  pending.has_answer = true;
  pending.arrived.notify_one();
}

Task<void> Tbu::control() {
  while (true) {
    while (control_.empty())
      co_await control_.arrived();
    const Control request = control_.pop();
    if (const auto* const invalidation = std::get_if<dti::InvalidationRequest>(&request)) {
      co_await clock_.cycles(parameters_.tbu.invalidation);
      micro_tlb_.invalidate(invalidation->what);
      main_tlb_.invalidate(invalidation->what);
      ++invalidations_;
      misses_.close();
      acknowledge(dti::InvalidationAcknowledge{});
    } else {
      co_await barrier_.wait();
      acknowledge(dti::SyncAcknowledge{});
    }
  }
}

/// The message has left the mailbox, too.
void Tbu::acknowledge(const dti::ToTcu& message) {
  const Time delay = to_tcu_.send(dti::bytes_of(message));
  dti.send(message, delay);
  dti.return_credit(Dti::invalidation_credits, 1, delay);
}

}  // namespace doorbell::smmu
