#include "doorbell/smmu/tbu.h"

#include <algorithm>
#include <span>

#include "doorbell/core/under_way.h"

namespace doorbell::smmu {
namespace {

bool crosses_page(const Payload& payload) {
  const std::uint64_t offset = payload.get_address() % smallest_page;
  return offset + payload.get_data_length() > smallest_page;
}

/// What passes the reserved window.
bool is_message(const Payload& payload) {
  return payload.is_write() && payload.get_data_length() == 4;
}

BufferDepth depth_of(const TbuParameters& parameters) {
  return {.reads = parameters.outstanding_reads, .writes = parameters.outstanding_writes};
}

/// Translated requests say nothing of privilege and instruction (IDR3.PASIDTT = 0), nor of PASIDs.
Access access_of(const Payload& payload, const Requester* requester) {
  const bool told = requester != nullptr && requester->address_type != AddressType::translated;
  return {.write = payload.is_write(),
          .privileged = told && requester->privileged,
          .instruction = told && requester->instruction};
}

/// The byte enables of the `size` bytes from `done` on; none when the payload has none. A pattern
/// that is shorter than the data repeats (IEEE 1666-2011 14.14).
std::vector<std::uint8_t> byte_enables_of_piece(const Payload& payload, unsigned done,
                                                unsigned size) {
  std::vector<std::uint8_t> enables;
  if (payload.get_byte_enable_ptr() == nullptr) return enables;
  for (unsigned i = 0; i < size; ++i) {
    enables.push_back(payload.get_byte_enable_ptr()[(done + i) % payload.get_byte_enable_length()]);
  }
  return enables;
}

/// What was read goes back, the disabled bytes of the initiator's array stay as they are.
void take_read_data(Payload& payload, unsigned done, std::span<const std::uint8_t> data,
                    std::span<const std::uint8_t> enables) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (enables.empty() || enables[i] != TLM_BYTE_DISABLED)
      payload.get_data_ptr()[done + i] = data[i];
  }
}

/// RAZ: the disabled bytes of the initiator's array stay as they are.
void clear_read_data(Payload& payload, unsigned done, unsigned size) {
  if (!payload.is_read()) return;
  const std::vector<std::uint8_t> zeros(size);
  take_read_data(payload, done, zeros, byte_enables_of_piece(payload, done, size));
}

}  // namespace

Tbu::Tbu(const sc_core::sc_module_name& module_name, const SmmuParameters& parameters)
    : Module(module_name),
      upstream_reads("upstream_reads", tasks_, depth_of(parameters.tbu),
                     [this](Payload& payload) { return serve(payload); }, {.byte_enables = true}),
      upstream_writes("upstream_writes", tasks_, depth_of(parameters.tbu),
                      [this](Payload& payload) { return serve(payload); }, {.byte_enables = true}),
      downstream_reads("downstream_reads"),
      downstream_writes("downstream_writes"),
      dti("dti", [this](dti::ToTbu& message) { receive(message); }),
      parameters_(parameters),
      stallable_(parameters.offered.stall != StallModel::terminate &&
                 parameters.tbu.stallable != 0),
      clock_(scheduler(), parameters.clock_frequency()),
      stage_(simulation().stages().add(
          {"tbu", 40, "ordering",
           "Look-ups in the TBU; waits for slots, merged misses and order"})),
      micro_tlb_statistics_(statistics(), "micro_tlb", {"look-ups", Better::neither, "First TLB"}),
      main_tlb_statistics_(statistics(), "main_tlb",
                           {"look-ups", Better::neither, "Second TLB, after a micro TLB miss"}),
      micro_tlb_(parameters.tbu.micro_tlb.geometry, micro_tlb_statistics_),
      main_tlb_(parameters.tbu.main_tlb.geometry, main_tlb_statistics_),
      main_tlb_server_(statistics(), "main_tlb_port",
                       {"look-ups", Better::lower, "Look-ups of the main TLB, one at a time"}),
      inside_(statistics(), "transactions_inside",
              {"transactions", Better::lower, "From arrival to response"}),
      transactions_(statistics(), "transactions",
                    {"transactions", Better::neither, "That arrived"}),
      terminated_(statistics(), "terminated",
                  {"transactions", Better::lower, "Answered with an abort"}),
      terminated_doorbells_(statistics(), "terminated_doorbells",
                            {"doorbells", Better::lower, "MSIs among the terminated"}),
      merged_misses_(statistics(), "merged_misses",
                     {"transactions", Better::neither, "That waited for another's miss"}),
      retranslated_(statistics(), "retranslated",
                    {"transactions", Better::lower,
                     "Looked up anew, as an invalidation came while they waited for their turn"}),
      window_bypasses_(statistics(), "window_bypasses",
                       {"writes", Better::neither, "To the reserved window, not translated"}),
      window_refusals_(
          statistics(), "window_refusals",
          {"transactions", Better::lower, "To the reserved window, but no write of 4 bytes"}),
      translations_(scheduler(), statistics(), "translation_slots",
                    parameters.tbu.translation_slots),
      requests_(scheduler(), statistics(), "translation_requests",
                parameters.tbu.translation_requests),
      misses_(scheduler()),
      to_tcu_(clock_, parameters, statistics(), "dti_link"),
      orders_(scheduler()),
      control_(scheduler()),
      barrier_(scheduler()),
      tasks_(scheduler()) {
  parameters.check();
  if (parameters.features().ignores_writes) {
    ignored_ = std::make_unique<Counter>(
        statistics(), "ignored",
        StatisticInfo{"transactions", Better::lower,
                      "Terminated, and answered as if they had been done (RAZ/WI)"});
    ignored_doorbells_ = std::make_unique<Counter>(
        statistics(), "ignored_doorbells",
        StatisticInfo{"doorbells", Better::lower, "MSIs among the ignored"});
  }
  if (parameters.features().ats) {
    translated_transactions_ = std::make_unique<Counter>(
        statistics(), "translated_transactions",
        StatisticInfo{"transactions", Better::neither,
                      "Of those that arrived, with addresses that an ATC has translated"});
  }
  for (std::uint32_t i = 0; i < parameters.tbu.translation_requests; ++i) {
    answers_.push_back(std::make_unique<PendingAnswer>(scheduler()));
  }
  for (TargetSocket* const socket : {&upstream_reads, &upstream_writes})
    socket->on_debug([this](Payload& payload) { return serve_debug(payload); });
}

void Tbu::start_of_simulation() {
  // Invalidations are taken one after the other; two may wait.
  dti.grant(Dti::invalidation_credits, 2);
  tasks_.spawn(control());
}

Stream Tbu::stream_of(const Requester* requester) const {
  if (requester == nullptr) return {.stream_id = parameters_.tbu.default_stream_id};
  if (requester->address_type == AddressType::translated)
    return {.stream_id = requester->stream_id, .translated = true};
  return {.stream_id = requester->stream_id,
          .substream_id = requester->pasid,
          .substream_valid = requester->has_pasid};
}

Tbu::Source Tbu::source_of(const Payload& payload, const Requester* requester) const {
  return {.stream = stream_of(requester),
          .access = access_of(payload, requester),
          .journey = requester != nullptr ? requester->journey : JourneyHandle{},
          .flow = requester != nullptr && requester->may_stall ? dti::Flow::stall
                                                               : dti::Flow::no_stall};
}

PostedOrders::Order* Tbu::order_of(const Payload& payload, const Requester* requester) {
  if (requester == nullptr || !payload.is_write() || !requester->is_posted ||
      requester->order_domain == 0) {
    return nullptr;
  }
  return &orders_.of(requester->order_domain);
}

std::string Tbu::busy() const {
  if (!control_.empty()) return "invalidations";
  return under_way(upstream_reads.held() + upstream_writes.held(), "transactions");
}

void Tbu::settle() {
  micro_tlb_.reset();
  main_tlb_.reset();
  main_tlb_free_ = 0;
  main_tlb_latest_ = {};
  to_tcu_.settle();
}

Task<void> Tbu::serve(Payload& payload) {
  Requester* const requester = requester_of(payload);
  const Source source = source_of(payload, requester);
  const JourneyHandle journey = source.journey;
  const Time arrival = now();
  journey.enter(stage_, arrival);
  transactions_.add();
  inside_.enter(arrival);

  // Most transactions find their page in the micro TLB: that way needs no task but this one.
  PostedOrders::Order* const order = order_of(payload, requester);
  const std::uint32_t stream_id = source.stream.stream_id;
  monitored_.count(MonitorEvent::transaction, stream_id);
  if (source.stream.translated) [[unlikely]]
    count_translated(stream_id);
  const OrderedRelease::Ticket ticket =
      order != nullptr ? order->take({"write of stream", stream_id}) : 0;
  if (crosses_page(payload)) {
    co_await forward_pieces(payload, requester, source, order, ticket);
  } else {
    Translation translation;
    {
      Slot slot =
          co_await translations_.acquire(Holder{"translation of stream", stream_id}, journey);
      co_await clock_.cycles(parameters_.tbu.micro_tlb.latency);
      if (in_window(source.stream, payload.get_address())) {
        translation = through_window(payload);
      } else if (!look_up_micro_tlb(source, payload.get_address(), translation)) {
        const Holder self{"translation of page", payload.get_address() / smallest_page};
        slot.relabel(self);
        if (order != nullptr) order->describe(ticket, self);
        bool counted = false;
        translation = co_await translate(source, payload.get_address(), counted);
      }
    }
    if (order != nullptr) {
      if (!requester->relaxed_ordering && !order->is_turn(ticket)) {
        translation = co_await wait_with_translation(translation, *order, ticket, source,
                                                     payload.get_address());
      }
      orders_.done(*order, ticket);  // the next one is woken after this one has gone out
    }
    if (translation.allowed) {
      payload.set_address(translation.address);
      if (requester != nullptr) {
        requester->memory_attributes = translation.attributes;
        requester->purpose = MemoryPurpose::data;
      }
      const unsigned epoch = use(translation);
      co_await downstream_of(payload).transport(payload);
      barrier_.leave(epoch);
    } else if (translation.raz_wi) {
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      clear_read_data(payload, 0, payload.get_data_length());
      ignore(requester);
    } else {
      terminate(payload, requester);
    }
  }
  inside_.leave(now(), arrival);
}

/// Without ATS it is one that is terminated, and nothing of its own.
void Tbu::count_translated(std::uint32_t stream_id) {
  if (!translated_transactions_) return;
  translated_transactions_->add();
  monitored_.count(MonitorEvent::ats_translated, stream_id);
}

// Pages next to each other need not be mapped next to each other: each piece goes its own way.
Task<void> Tbu::forward_pieces(Payload& payload, Requester* requester, const Source& source,
                               PostedOrders::Order* order, OrderedRelease::Ticket ticket) {
  if (order != nullptr && !requester->relaxed_ordering) {
    co_await wait_for_turn(*order, ticket, source.journey);
  }
  const std::uint64_t address = payload.get_address();
  const unsigned length = payload.get_data_length();
  auto status = tlm::TLM_OK_RESPONSE;
  bool counted = false;
  for (unsigned done = 0; done < length && status == tlm::TLM_OK_RESPONSE;) {
    const std::uint64_t from = address + done;
    const auto size = static_cast<unsigned>(
        std::min<std::uint64_t>(length - done, smallest_page - from % smallest_page));
    Translation translation;
    if (in_window(source.stream, from)) {
      window_refusals_.add();
    } else {
      translation = co_await translate_in_turn(source, from, counted);
    }
    if (translation.raz_wi) {
      clear_read_data(payload, done, size);
      ignore(requester);
      done += size;
      continue;
    }
    if (!translation.allowed) {
      if (order != nullptr) orders_.done(*order, ticket);
      terminate(payload, requester);
      co_return;
    }
    const PayloadReference piece =
        simulation().payloads().take(payload.get_command(), translation.address, size);
    if (requester != nullptr) {
      piece->requester() = *requester;
      piece->requester().memory_attributes = translation.attributes;
      piece->requester().purpose = MemoryPurpose::data;
    }
    if (source.access.write) std::copy_n(payload.get_data_ptr() + done, size, piece->data().data());
    std::vector<std::uint8_t> enables = byte_enables_of_piece(payload, done, size);
    if (!enables.empty()) {
      piece->set_byte_enable_ptr(enables.data());
      piece->set_byte_enable_length(size);
    }
    const unsigned epoch = use(translation);
    co_await downstream_of(*piece).transport(*piece);
    barrier_.leave(epoch);
    status = piece->get_response_status();
    if (!source.access.write) take_read_data(payload, done, piece->data(), enables);
    done += size;
  }
  if (order != nullptr) orders_.done(*order, ticket);
  payload.set_response_status(status);
}

Task<void> Tbu::wait_for_turn(PostedOrders::Order& order, OrderedRelease::Ticket ticket,
                              JourneyHandle journey) {
  if (journey) journey.wait(now(), "earlier posted writes", order.oldest());
  co_await order.turn(ticket);
  journey.serve(now());
}

/// To the reserved window.
Tbu::Translation Tbu::through_window(const Payload& payload) {
  constexpr std::uint8_t device_nGnRE = 0x04;  // as a register's (DDI 0487, MAIR_EL1)
  const bool passes = is_message(payload);
  (passes ? window_bypasses_ : window_refusals_).add();
  return {.allowed = passes, .address = payload.get_address(), .attributes = device_nGnRE};
}

/// What is looked up and must wait uses nothing meanwhile. If an invalidation has come by then, it
/// is looked up again, once, as it has its turn.
Task<Tbu::Translation> Tbu::wait_with_translation(Translation translation,
                                                  PostedOrders::Order& order,
                                                  OrderedRelease::Ticket ticket,
                                                  const Source& source, std::uint64_t address) {
  if (translation.epoch) barrier_.leave(*translation.epoch);
  translation.epoch.reset();
  const std::uint64_t before = invalidations_;
  co_await wait_for_turn(order, ticket, source.journey);
  const bool stays = translation.lasting && invalidations_ == before;
  const bool fixed = in_window(source.stream, address);
  if (!translation.allowed || stays || fixed || still_translates(source, address, translation)) {
    co_return translation;
  }
  retranslated_.add();
  bool counted = true;  // or has been found
  co_return co_await translate_in_turn(source, address, counted);
}

void Tbu::terminate(Payload& payload, Requester* requester) {
  terminated_.add();
  payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
  if (requester == nullptr || !requester->journey) return;
  terminated_doorbells_.add();
  end_message(requester, Outcome::terminated_by_smmu);
}

/// What ends so is no error, and an MSI is lost all the same.
void Tbu::ignore(Requester* requester) {
  ignored_->add();
  if (requester == nullptr || !requester->journey) return;
  ignored_doorbells_->add();
  end_message(requester, Outcome::ignored_by_smmu);
}

void Tbu::end_message(Requester* requester, Outcome outcome) {
  simulation().journeys().finish(requester->journey, outcome, now());
  requester->journey = {};
}

unsigned Tbu::serve_debug(Payload& payload) {
  if (debug_translation_ == nullptr) {
    debug_translation_ = DebugTranslation::behind(*dti.operator->());
  }
  if (debug_translation_ == nullptr || crosses_page(payload)) return 0;
  const Requester* const requester = requester_of(payload);
  const std::uint64_t address = payload.get_address();
  if (in_window(stream_of(requester), address)) {
    return is_message(payload) ? downstream_of(payload).transport_debug(payload) : 0;
  }
  const auto output = debug_translation_->translate_debug(stream_of(requester), address,
                                                          access_of(payload, requester));
  if (!output) return 0;
  payload.set_address(*output);
  const unsigned bytes = downstream_of(payload).transport_debug(payload);
  payload.set_address(address);
  return bytes;
}

}  // namespace doorbell::smmu
