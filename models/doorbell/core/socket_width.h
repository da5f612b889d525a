#pragma once

#include <systemc>
#include <tlm>

namespace doorbell {

/// Bits of every socket of ours. Binding one of another width ends in the static_assert below, and
/// nothing else, instead of a page of overloads that don't fit.
inline constexpr unsigned socket_width = 64;

template <unsigned Width>
constexpr void require_socket_width() {
  static_assert(Width == socket_width,
                "Doorbell's sockets are 64 bits wide (and those of tlm_utils 32 unless told "
                "otherwise): put a doorbell::WidthAdapter<Upstream, Downstream> of "
                "doorbell/core/socket_width.h between the two");
}

/// Between two sockets of the TLM-2.0 base protocol that differ in nothing but their width: an
/// initiator's of `Upstream` bits and a target's of `Downstream` bits.
///
///     doorbell::WidthAdapter<32, 64> adapter("adapter");
///     device.dma.bind(adapter.upstream);           // tlm_utils::simple_initiator_socket<Device>
///     adapter.downstream.bind(split.upstream);     // one of ours
///
/// Everything passes as it is, in both directions and without time: the width is that of a bus's
/// words, and the bytes of a transaction lie in the same order whatever their size is on a
/// little-endian host (IEEE 1666-2011, 14.18), which all are that Doorbell runs on.
template <unsigned Upstream, unsigned Downstream>
class WidthAdapter : public sc_core::sc_module,
                     private tlm::tlm_fw_transport_if<>,
                     private tlm::tlm_bw_transport_if<> {
 public:
  explicit WidthAdapter(const sc_core::sc_module_name& name)
      : sc_module(name), upstream("upstream"), downstream("downstream") {
    upstream.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
    downstream.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
  }

  tlm::tlm_target_socket<Upstream> upstream;
  tlm::tlm_initiator_socket<Downstream> downstream;

 private:
  using Payload = tlm::tlm_generic_payload;

  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    downstream->b_transport(payload, delay);
  }
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    return downstream->nb_transport_fw(payload, phase, delay);
  }
  unsigned transport_dbg(Payload& payload) override { return downstream->transport_dbg(payload); }
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) override {
    return downstream->get_direct_mem_ptr(payload, dmi);
  }

  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    return upstream->nb_transport_bw(payload, phase, delay);
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override {
    upstream->invalidate_direct_mem_ptr(first, last);
  }
};

}  // namespace doorbell
