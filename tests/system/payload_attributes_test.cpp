// A foreign initiator at every target socket of the platform, with the attributes of a payload that
// few initiators use. Each is carried out or refused (IEEE 1666-2011 14.12 to 14.17), never taken
// for something else.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "platforms/virt/memory_map.h"
#include "platforms/virt/platform.h"

namespace doorbell::testing {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A target of the platform: a place in it that can be read and, unless it is a doorbell, written.
struct Place {
  TargetSocket* socket;
  std::uint64_t address;
  bool memory;  ///< It moves any number of bytes, byte enables included; else registers.
};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Place place_of(TargetSocket& socket) {
  const std::string name = socket.name();
  constexpr std::uint64_t ECAM = 0x40'1000'0000;
  if (name.find(".fabric.") != std::string::npos) return {&socket, virt::ram_base + 0x1000, true};
  if (ends_with(name, "ram.upstream")) return {&socket, 0x2000, true};
  // The SMMU is disabled and passes everything.
  if (name.find("tbu.upstream") != std::string::npos) {
    return {&socket, virt::ram_base + 0x3000, true};
  }
  if (ends_with(name, "tcu.registers")) return {&socket, 0x90, false};          // SMMU_CMDQ_BASE
  if (name.find(".pmcg") != std::string::npos) return {&socket, 0xe58, false};  // IRQ_CFG0
  if (ends_with(name, "its.control")) return {&socket, 0x80, false};            // GITS_CBASER
  if (ends_with(name, "its.translater")) return {&socket, 0x40, false};         // GITS_TRANSLATER
  if (name.find("root_complex.") != std::string::npos) return {&socket, ECAM, false};
  if (name.find("redistributor") != std::string::npos) return {&socket, 0x70, false};
  if (ends_with(name, "distributor.registers")) return {&socket, 0x6100, false};  // GICD_IROUTER32
  ADD_FAILURE() << name << " has no place in this test";
  return {&socket, 0, false};
}

void find_targets(const std::vector<sc_core::sc_object*>& objects, std::vector<Place>& places) {
  for (sc_core::sc_object* object : objects) {
    if (auto* socket = dynamic_cast<TargetSocket*>(object)) places.push_back(place_of(*socket));
    find_targets(object->get_child_objects(), places);
  }
}

/// A module of plain SystemC with a port to each target and a thread.
class ForeignInitiator : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(ForeignInitiator);
  ForeignInitiator(const sc_core::sc_module_name& name, const std::vector<Place>& places)
      : sc_module(name), places_(places) {
    for (const Place& place : places) {
      ports_.push_back(std::make_unique<Port>());
      ports_.back()->bind(
          static_cast<sc_core::sc_export<tlm::tlm_fw_transport_if<>>&>(*place.socket));
    }
    SC_THREAD(run);
  }
  bool finished = false;

 private:
  using Port = sc_core::sc_port<tlm::tlm_fw_transport_if<>>;

  /// Of an access: 0 for `width` is the length, as is usual.
  struct Attributes {
    unsigned width = 0;
    bool no_width = false;
    Bytes enables;
    bool no_enable_length = false;
  };

  tlm::tlm_response_status access(tlm::tlm_command command, Bytes& data,
                                  const Attributes& attributes) {
    Bytes enables = attributes.enables;
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(place_->address);
    payload.set_data_ptr(data.data());
    payload.set_data_length(static_cast<unsigned>(data.size()));
    const unsigned width = attributes.width != 0 ? attributes.width : payload.get_data_length();
    payload.set_streaming_width(attributes.no_width ? 0 : width);
    if (!enables.empty()) {
      payload.set_byte_enable_ptr(enables.data());
      payload.set_byte_enable_length(
          attributes.no_enable_length ? 0 : static_cast<unsigned>(enables.size()));
    }
    Requester requester;
    requester.device_id = 8;
    payload.set_extension(&requester);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    (*port_)->b_transport(payload, delay);
    wait(delay);
    payload.clear_extension(&requester);
    return payload.get_response_status();
  }

  Bytes contents() {
    Bytes data(8, 0xcc);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, data, {}), tlm::TLM_OK_RESPONSE);
    return data;
  }

  /// Nothing is written, nothing read.
  void is_refused(std::size_t length, const Attributes& attributes,
                  tlm::tlm_response_status expected) {
    const Bytes before = readable_ ? contents() : Bytes{};
    Bytes data(length, 0x40);
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, data, attributes), expected);
    if (readable_) {
      EXPECT_EQ(contents(), before);
    }
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, data, attributes), expected);
    EXPECT_EQ(data, Bytes(length, 0x40));
  }

  void moves(std::size_t length) {
    Bytes out(length);
    for (std::size_t i = 0; i < length; ++i)
      out[i] = static_cast<std::uint8_t>(i + length);
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, out, {}), tlm::TLM_OK_RESPONSE);
    Bytes in(length);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, in, {}), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(in, out);
  }

  void obeys_byte_enables() {
    Bytes old{1, 2, 3, 4, 5, 6, 7, 8};
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, old, {}), tlm::TLM_OK_RESPONSE);
    Bytes data(8, 0xee);
    // A pattern that is shorter than the data repeats.
    const Attributes attributes{.enables = {0xff, 0, 0xff}};
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, data, attributes), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(contents(), (Bytes{0xee, 2, 0xee, 0xee, 5, 0xee, 0xee, 8}));
    data.assign(8, 0xaa);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, data, attributes), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(data, (Bytes{0xee, 0xaa, 0xee, 0xee, 0xaa, 0xee, 0xee, 0xaa}));
  }

  /// Neither byte enables nor a streaming width are looked at (IEEE 1666-2011 11.3.4).
  unsigned debug(tlm::tlm_command command, Bytes& data) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(place_->address);
    payload.set_data_ptr(data.data());
    payload.set_data_length(static_cast<unsigned>(data.size()));
    std::uint8_t disabled = 0;
    payload.set_byte_enable_ptr(&disabled);
    payload.set_byte_enable_length(1);
    return (*port_)->transport_dbg(payload);
  }

  void is_debugged() {
    Bytes nothing;
    EXPECT_EQ(debug(tlm::TLM_READ_COMMAND, nothing), 0U);
    EXPECT_EQ(debug(tlm::TLM_WRITE_COMMAND, nothing), 0U);
    Bytes data(4, 0xcc);
    const unsigned done = debug(tlm::TLM_READ_COMMAND, data);
    EXPECT_TRUE(done == 0 || done == 4);
    if (readable_) {
      const Bytes all = contents();
      EXPECT_EQ(data, Bytes(all.begin(), all.begin() + 4));
    }
  }

  void visit(const Place& place, Port& port) {
    SCOPED_TRACE(place.socket->name());
    place_ = &place;
    port_ = &port;
    const std::string name = place.socket->name();
    readable_ = !ends_with(name, "translater") && name.find("root_complex.") == std::string::npos;
    is_refused(8, {.width = 4}, tlm::TLM_BURST_ERROR_RESPONSE);
    is_refused(4, {.width = 1}, tlm::TLM_BURST_ERROR_RESPONSE);
    is_refused(8, {.no_width = true}, tlm::TLM_BURST_ERROR_RESPONSE);
    is_refused(0, {}, tlm::TLM_BURST_ERROR_RESPONSE);
    is_refused(0, {.width = 4}, tlm::TLM_BURST_ERROR_RESPONSE);
    is_refused(4, {.enables = {0xff}, .no_enable_length = true},
               tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    for (const std::size_t length : {3, 5, 7, 12, 64}) {
      SCOPED_TRACE(length);
      place.memory ? moves(length) : is_refused(length, {}, tlm::TLM_BURST_ERROR_RESPONSE);
    }
    is_debugged();
    if (place.memory) return obeys_byte_enables();
    is_refused(4, {.enables = {0xff, 0}}, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    is_refused(8, {.enables = Bytes(8, 0xff)}, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    Bytes nothing(4, 0x40);
    EXPECT_EQ(access(tlm::TLM_IGNORE_COMMAND, nothing, {}), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(nothing, Bytes(4, 0x40));
  }

  void run() {
    for (std::size_t i = 0; i < places_.size(); ++i)
      visit(places_[i], *ports_[i]);
    finished = true;
  }

  std::vector<Place> places_;
  std::vector<std::unique_ptr<Port>> ports_;
  const Place* place_ = nullptr;
  Port* port_ = nullptr;
  bool readable_ = false;  ///< Eight bytes of it.
};

TEST(PayloadAttributes, EveryTargetDoesThemOrSaysNo) {
  virt::VirtParameters parameters;
  virt::Platform platform("virt", parameters);
  std::vector<Place> places;
  find_targets(sc_core::sc_get_top_level_objects(), places);
  // Memory, distributor, ITS twice, TCU, TBU twice, root complex thrice, performance monitors
  // twice; redistributors and fabric ports.
  EXPECT_EQ(places.size(), 12U + 4 + 10);
  ForeignInitiator initiator("foreign", places);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  EXPECT_TRUE(initiator.finished);
  const auto* const doorbells = dynamic_cast<const Counter*>(
      platform.simulation().statistics().find("virt.gic.its.doorbells"));
  ASSERT_NE(doorbells, nullptr);
  EXPECT_EQ(doorbells->value(), 0U) << "none of these is an MSI";
}

}  // namespace
}  // namespace doorbell::testing
