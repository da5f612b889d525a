#include "platforms/diagram/hierarchy.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <tlm>
#include <typeindex>

#include "doorbell/core/protocols/cpu_interface.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/gic/gic_message.h"
#include "doorbell/pcie/pcie_tlp.h"
#include "doorbell/smmu/dti.h"

namespace doorbell {
namespace {

/// A type as it is written, without our namespace.
std::string type_name(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  const std::string name = status == 0 ? text.get() : mangled;
  constexpr std::string_view ours = "doorbell::";
  return name.starts_with(ours) ? name.substr(ours.size()) : name;
}

/// What people call it; a foreign protocol has the name of its traits.
std::string protocol_name(std::type_index traits) {
  static const std::map<std::type_index, std::string> names{
      {typeid(tlm::tlm_base_protocol_types), "TLM"},
      {typeid(PcieTlp), "TLP"},
      {typeid(smmu::Dti), "DTI"},
      {typeid(GicMessage), "GIC"},
      {typeid(CpuInterface), "ICC"}};
  const auto found = names.find(traits);
  return found != names.end() ? found->second : type_name(traits.name());
}

/// A socket or a wire's end, and the interfaces through which bindings go: an initiator calls them,
/// a target is called through its own.
struct End {
  const sc_core::sc_object* object;
  std::vector<const sc_core::sc_interface*> interfaces;
  std::string protocol;
  bool initiator;
};

End end_of(const sc_core::sc_object& object, const tlm::tlm_base_socket_if& socket) {
  const bool initiator = (socket.get_socket_category() & tlm::TLM_INITIATOR_SOCKET) != 0;
  const sc_core::sc_interface* interface =
      initiator ? socket.get_base_port().get_interface() : socket.get_base_export().get_interface();
  return {&object, {interface}, protocol_name(socket.get_protocol_types()), initiator};
}

End end_of(const WireOut& out) {
  End end{&out, {}, "wire", true};
  for (int i = 0; i < out.size(); ++i)
    end.interfaces.push_back(out[i]);
  return end;
}

End end_of(const WireIn& in) {
  return {&in, {in.get_interface()}, "wire", false};
}

/// Whether `inner` is in a module inside the one that `outer` belongs to, and bound to the same: a
/// socket that is passed through.
bool passes_to(const End& outer, const End& inner) {
  const sc_core::sc_object* module = outer.object->get_parent_object();
  const sc_core::sc_object* other = inner.object->get_parent_object();
  if (module == other || outer.initiator != inner.initiator) return false;
  if (outer.interfaces != inner.interfaces) return false;
  while (other != nullptr && other != module)
    other = other->get_parent_object();
  return other == module;
}

class Survey {
 public:
  explicit Survey(const sc_core::sc_module& top) {
    collect(top);
    std::erase_if(ends_, [all = ends_](const End& outer) {
      return std::any_of(all.begin(), all.end(),
                         [&](const End& inner) { return passes_to(outer, inner); });
    });
  }

  Diagram::Block block(const sc_core::sc_module& module) const {
    Diagram::Block block{
        module.name(), module.basename(), type_name(typeid(module).name()), {}, {}};
    for (const End& end : ends_) {
      if (end.object->get_parent_object() == &module)
        block.sockets.push_back({end.object->name(), end.object->basename(), end.initiator});
    }
    for (const sc_core::sc_object* child : module.get_child_objects()) {
      if (const auto* inner = dynamic_cast<const sc_core::sc_module*>(child))
        block.blocks.push_back(this->block(*inner));
    }
    return block;
  }

  std::vector<Diagram::Binding> bindings() const {
    std::map<const sc_core::sc_interface*, const End*> targets;
    for (const End& end : ends_) {
      if (!end.initiator) targets[end.interfaces.front()] = &end;
    }
    std::vector<Diagram::Binding> bindings;
    for (const End& from : ends_) {
      if (!from.initiator) continue;
      for (const sc_core::sc_interface* interface : from.interfaces) {
        const auto to = targets.find(interface);
        if (to == targets.end()) continue;
        bindings.push_back({from.object->name(), to->second->object->name(), from.protocol});
      }
    }
    return bindings;
  }

 private:
  void collect(const sc_core::sc_object& module) {
    for (const sc_core::sc_object* child : module.get_child_objects()) {
      if (dynamic_cast<const sc_core::sc_module*>(child) != nullptr) {
        collect(*child);
      } else if (const auto* socket = dynamic_cast<const tlm::tlm_base_socket_if*>(child)) {
        ends_.push_back(end_of(*child, *socket));
      } else if (const auto* out = dynamic_cast<const WireOut*>(child)) {
        ends_.push_back(end_of(*out));
      } else if (const auto* in = dynamic_cast<const WireIn*>(child)) {
        ends_.push_back(end_of(*in));
      }
    }
  }

  std::vector<End> ends_;
};

}  // namespace

Diagram diagram_of(const sc_core::sc_module& top) {
  const Survey survey(top);
  return {.top = survey.block(top), .bindings = survey.bindings()};
}

}  // namespace doorbell
