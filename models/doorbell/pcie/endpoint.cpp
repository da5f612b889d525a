#include "doorbell/pcie/endpoint.h"

#include <algorithm>
#include <string>

#include "doorbell/core/arch/state.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/under_way.h"
#include "doorbell/pcie/arch/splitting.h"

namespace doorbell::pcie {
namespace {

constexpr unsigned functions_without_ari = 8;

}  // namespace

Endpoint::Endpoint(const sc_core::sc_module_name& module_name, const EndpointParameters& parameters,
                   const LinkShape& shape, RequesterMap stream_id, RequesterMap device_id)
    : Module(module_name),
      link(
          "link", [this](Tlp& tlp) { receive(tlp); }, *this),
      parameters_(parameters),
      shape_(shape),
      stage_(simulation().stages().add(
          {"endpoint", 10, "link",
           "waits for link credits, from the function's decision to send"})),
      wide_function_numbers_(parameters.functions > functions_without_ari),
      transmit_(scheduler(), statistics(),
                {link.all_credits(), [this](const Tlp& tlp) { link.send(tlp); }, tasks_}),
      unsupported_(statistics(), "unsupported_requests",
                   {"requests", Better::lower, "requests that no function claimed"}),
      tasks_(scheduler()) {
  const Function::Context context{simulation(), transmit_, tasks_,    stage_,
                                  parameters_,  shape_,    stream_id, device_id};
  for (unsigned i = 0; i < parameters_.functions; ++i) {
    functions_.push_back(
        std::make_unique<Function>(context, statistics().group("function" + std::to_string(i)), i));
  }
}

void Endpoint::save(StateWriter& state) const {
  state.list("functions", functions_,
             [](const auto& function, StateWriter& inner) { function->save(inner); });
}

void Endpoint::restore(StateReader& state) {
  state.list("functions", functions_,
             [](auto& function, StateReader& inner) { function->restore(inner); });
}

bool Endpoint::claims(std::uint64_t address) const {
  return function_claiming(address) != nullptr;
}

bool Endpoint::debug_read(std::uint64_t address, std::span<std::uint8_t> data) {
  Function* function = function_claiming(address);
  return function != nullptr && function->read_memory(address, data);
}

bool Endpoint::debug_read_configuration(std::uint16_t destination, unsigned offset,
                                        std::span<std::uint8_t> data) {
  Function* function = function_at(destination);
  if (function == nullptr) return false;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto at = offset + static_cast<unsigned>(i);
    data[i] = static_cast<std::uint8_t>(function->read_configuration(at, 1));
  }
  return true;
}

Function* Endpoint::function_at(std::uint16_t id) {
  const unsigned number = wide_function_numbers_ ? id & 0xff : id & 7;
  return number < functions_.size() ? functions_[number].get() : nullptr;
}

Function* Endpoint::function_claiming(std::uint64_t address) const {
  if (last_claimed_ != nullptr && last_claimed_->claims(address)) return last_claimed_;
  for (const auto& function : functions_) {
    if (function->claims(address)) return last_claimed_ = function.get();
  }
  return nullptr;
}

void Endpoint::free_buffer(const Tlp& tlp) {
  const FlowCredits used = credits_needed(tlp);
  const TlpClass kind = class_of(tlp);
  link.return_credit(header_credits(kind), used.headers);
  if (used.data != 0) link.return_credit(data_credits(kind), used.data);
}

void Endpoint::receive(Tlp& tlp) {
  free_buffer(tlp);
  switch (tlp.type) {
    case pcie_tlp::Type::memory_write:
      return receive_write(tlp);
    case pcie_tlp::Type::memory_read:
      return tasks_.start(answer_read(tlp));
    case pcie_tlp::Type::configuration_read:
    case pcie_tlp::Type::configuration_write:
      return tasks_.start(answer_configuration(tlp));
    case pcie_tlp::Type::completion:
    case pcie_tlp::Type::completion_with_data:
      break;
  }
  // By the whole ID: what another device asked for is no completion of ours.
  Function* const function = function_at(tlp.requester_id);
  if (function != nullptr && function->requester_id() == tlp.requester_id) {
    function->complete(tlp);
  } else {
    release_data(tlp);
    unsupported_.add();
  }
}

void Endpoint::receive_write(Tlp& tlp) {
  Function* function = function_claiming(tlp.address);
  if (function == nullptr || !function->write_memory(tlp.address, data_of(tlp))) unsupported_.add();
  release_data(tlp);
}

Task<void> Endpoint::answer_configuration(Tlp tlp) {
  Function* function = function_at(tlp.completer_id);
  const bool write = tlp.type == pcie_tlp::Type::configuration_write;
  const auto status =
      function != nullptr ? pcie_tlp::Status::successful : pcie_tlp::Status::unsupported_request;
  Tlp cpl = completion_of(tlp, tlp.completer_id, status);
  if (function == nullptr) {
    unsupported_.add();
  } else if (write) {
    function->set_requester_id(tlp.completer_id);
    const auto value = load_little_endian<std::uint32_t>(std::span(tlp.inline_data).first(4));
    function->write_configuration(static_cast<unsigned>(tlp.address), tlp.length, value);
  } else {
    cpl.type = pcie_tlp::Type::completion_with_data;
    cpl.address = tlp.address;
    cpl.length = tlp.length;
    cpl.byte_count = static_cast<std::uint16_t>(tlp.length);
    const std::uint32_t value =
        function->read_configuration(static_cast<unsigned>(tlp.address), tlp.length);
    store_little_endian(std::span(cpl.inline_data).first(4), value);
  }
  co_await Delay{scheduler(), parameters_.latency};
  co_await transmit_.send(cpl);
}

Task<void> Endpoint::answer_read(Tlp tlp) {
  Function* function = function_claiming(tlp.address);
  const PayloadReference data =
      simulation().payloads().take(tlm::TLM_READ_COMMAND, tlp.address, tlp.length);
  if (function == nullptr || !function->read_memory(tlp.address, data->data())) {
    unsupported_.add();
    const Tlp refusal = completion_of(tlp, 0, pcie_tlp::Status::unsupported_request);
    co_await transmit_.send(refusal);
    co_return;
  }
  co_await Delay{scheduler(), parameters_.latency};
  // An endpoint's completions end at multiples of 128 bytes (PCIe 6.0 2.3.1.1).
  constexpr unsigned boundary = 128;
  for (std::uint32_t done = 0; done < tlp.length;) {
    Tlp cpl = completion_of(tlp, function->requester_id(), pcie_tlp::Status::successful);
    cpl.type = pcie_tlp::Type::completion_with_data;
    cpl.address = tlp.address + done;
    cpl.byte_count = static_cast<std::uint16_t>(tlp.length - done);
    cpl.length = next_completion_bytes(cpl.address, cpl.byte_count, boundary, boundary);
    data->acquire();
    cpl.data = &*data;
    done += cpl.length;
    co_await transmit_.send(cpl);
  }
}

std::string Endpoint::busy() const {
  if (transmit_.waiting() != 0) return under_way(transmit_.waiting(), "TLPs");
  for (const auto& function : functions_) {
    const std::string what = function->busy();
    if (!what.empty()) return what;
  }
  return {};
}

void Endpoint::settle() {
  for (const auto& function : functions_)
    function->settle();
}

}  // namespace doorbell::pcie
